import { encodeUtf8 } from '../sse/utf8.ts'

/**
 * Returns an event ID as the value of a `Last-Event-ID` header: each character stands for a byte of the
 * ID in UTF-8.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#last-event-id
 */
export function headerOfId(id: string): string {
  return Array.from(encodeUtf8(id), (byte) => String.fromCharCode(byte)).join('')
}

/**
 * Whether a server gets this event ID as it is. A header has no control characters, loses spaces at its
 * ends, and UTF-8 has no half of a surrogate pair.
 */
export function isSendableId(id: string): boolean {
  return id.trim() === id && !/[\p{Cc}\p{Cs}]/u.test(id)
}
