import type { ByteStream } from './byte-stream.ts'

/** The request that a body belongs to. */
export interface BodyOwner {
  /** Ends the request and its connection. */
  end(): void
  /** Returns the `cause` of our error for a value that the reader of the body threw. */
  toCause?: ((thrown: unknown) => unknown) | undefined
}

const owners = /* @__PURE__ */ new WeakMap<ByteStream, BodyOwner>()

/**
 * Sets the request that {@link releaseBody} ends.
 *
 * Cancelling a body does not always end its request. If the response was cloned, as OpenTelemetry's
 * instrumentation of fetch does, the clone continues to read and keeps the connection open.
 */
export function setBodyOwner(body: ByteStream, owner: BodyOwner): void {
  owners.set(body, owner)
}

/** Returns the `cause` of our error for what reading a body threw. */
export function bodyCause(body: ByteStream, thrown: unknown): unknown {
  return owners.get(body)?.toCause?.(thrown) ?? thrown
}

/**
 * Ends the request of a body that will not be read further.
 *
 * @param isWhole whether the body was read to its end. Then its connection can be used again, so the request
 *   is not ended.
 */
export function releaseBody(body: ByteStream, isWhole: boolean): void {
  if (!isWhole) owners.get(body)?.end()
  owners.delete(body)
}
