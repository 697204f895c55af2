import type { StoredMessage } from '@vectrade/core'

/** What one call of the append script takes. */
export interface Slice {
  /** Event and data of each message, in turn. */
  fields: string[]
  /** Messages of the same append in the slices before this one. */
  before: number
  /** Messages of the same append in the slices after this one. */
  after: number
  /** Bytes of those after it, in UTF-8. */
  bytesAfter: number
}

/**
 * The Redis client passes the parts of a command as arguments of a call, which has room for some
 * 50,000. Redis does nothing else while a script runs, so a slice is much smaller than that.
 */
const mostMessages = 500
const mostBytes = 2 ** 20

/** Cuts an append into slices, in order. An append of no messages is one slice, a sign of life. */
export function slicesOf(messages: readonly StoredMessage[]): Slice[] {
  const slices: (Slice & { bytes: number })[] = []
  let slice = { fields: [] as string[], before: 0, after: 0, bytesAfter: 0, bytes: 0 }
  for (const [at, { event = '', data }] of messages.entries()) {
    const bytes = Buffer.byteLength(event) + Buffer.byteLength(data)
    const isFull = slice.fields.length === 2 * mostMessages || slice.bytes + bytes > mostBytes
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
