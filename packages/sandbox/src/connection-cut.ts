/**
 * How a connection ends before its answer is complete. `fin` closes it normally, but without the
 * last chunk of the body. `rst` resets it. `clean` ends the body correctly, but too early.
 */
export type Cut = 'fin' | 'rst' | 'clean'

const brand = Symbol.for('vectrade.sandbox.connection-cut')

/**
 * The error for a fault that ends the connection, which a `Response` cannot do. A handler from
 * `createSandboxHandler` rejects with it, or the body of its response errors with it.
 * `startSandbox` turns it into a FIN or an RST.
 */
export class ConnectionCut extends Error {
  /** Identifies this kind of error. `isInstance` does the same. */
  override readonly name: string = 'ConnectionCut'
  /** How the connection ends. */
  readonly cut: Cut

  constructor(cut: Cut) {
    super(`The sandbox was asked to cut this connection (${cut})`)
    this.cut = cut
    Object.defineProperty(this, brand, { value: true })
  }

  /** Returns whether a value is a `ConnectionCut`, even if it comes from another copy of this package. */
  static isInstance(value: unknown): value is ConnectionCut {
    return typeof value === 'object' && value !== null && brand in value
  }
}
