import type { ByteStream } from './byte-stream.ts'

/** The request that a body came by. */
export interface BodyOwner {
  end(): void
  /** Maps what reading the body threw to the `cause` of our error. */
  toCause?: ((thrown: unknown) => unknown) | undefined
}

const owners = /* @__PURE__ */ new WeakMap<ByteStream, BodyOwner>()

/**
 * Has a body end its request when it is let go.
 *
 * Cancelling the body alone does not end the request where somebody has cloned the response, as
 * OpenTelemetry's instrumentation of fetch does: the clone goes on reading, and holds the connection.
 */
export function ownBody(body: ByteStream, owner: BodyOwner): void {
  owners.set(body, owner)
}

/** Returns the `cause` of our error for what reading a body threw. */
export function bodyCause(body: ByteStream, thrown: unknown): unknown {
  return owners.get(body)?.toCause?.(thrown) ?? thrown
}

/**
 * Ends the request of a body that nobody reads any more.
 *
 * @param isWhole whether the body was read to its end: its connection can then be used again, and is left
 *   alone
 */
export function letGoOf(body: ByteStream, isWhole: boolean): void {
  if (!isWhole) owners.get(body)?.end()
  owners.delete(body)
}
