/**
 * How a connection ends before its answer does. `fin`: closed in order, but without the body's
 * terminating chunk. `rst`: reset. `clean`: the body ends as HTTP wants it, only too early.
 */
export type Cut = 'fin' | 'rst' | 'clean'

const brand = Symbol.for('vectrade.sandbox.connection-cut')

/**
 * What a `createSandboxHandler` handler rejects with, or its body errors with, where a fault asks
 * for something a `Response` cannot say: the end of the connection itself. The Node server turns it
 * into a FIN or a RST; on other runtimes it stays a rejection or an errored body.
 */
export class ConnectionCut extends Error {
  /** Tells it from other errors, as `isInstance` does. */
  override readonly name: string = 'ConnectionCut'
  /** How the connection ends. */
  readonly cut: Cut

  constructor(cut: Cut) {
    super(`The sandbox was asked to cut this connection (${cut})`)
    this.cut = cut
    Object.defineProperty(this, brand, { value: true })
  }

  /** Recognises a cut across two copies of this package, which `instanceof` does not. */
  static isInstance(value: unknown): value is ConnectionCut {
    return typeof value === 'object' && value !== null && brand in value
  }
}
