import type { StoredMessage } from '@vectrade/core'

/** Messages and counts for one call of the script `append`. */
export interface Slice {
  /** The event and the data of each message, alternating. */
  fields: string[]
  /** The number of messages in earlier slices of the same append. */
  before: number
  /** The number of messages in later slices of the same append. */
  after: number
  /** The number of UTF-8 bytes in later slices. */
  bytesAfter: number
}

/**
 * The Redis client passes the parts of a command as arguments of one function call, which can have about
 * 50,000 arguments. A slice is much smaller, because Redis does nothing else while a script runs.
 */
const maxMessages = 500
const maxBytes = 2 ** 20

/** Cuts an append into slices, in order. An append without messages is one slice: a sign of life. */
export function slicesOf(messages: readonly StoredMessage[]): Slice[] {
  const slices: (Slice & { bytes: number })[] = []
  let slice = { fields: [] as string[], before: 0, after: 0, bytesAfter: 0, bytes: 0 }
  for (const [at, { event = '', data }] of messages.entries()) {
    const bytes = Buffer.byteLength(event) + Buffer.byteLength(data)
    const isFull = slice.fields.length === 2 * maxMessages || slice.bytes + bytes > maxBytes
    if (isFull && slice.fields.length > 0) {
      slices.push(slice)
      slice = { fields: [], before: at, after: 0, bytesAfter: 0, bytes: 0 }
    }
    slice.fields.push(event, data)
    slice.bytes += bytes
  }
  slices.push(slice)
  let bytesAfter = 0
  for (const each of slices.toReversed()) {
    each.after = messages.length - each.before - each.fields.length / 2
    each.bytesAfter = bytesAfter
    bytesAfter += each.bytes
  }
  return slices
}
