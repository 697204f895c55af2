import { encodeUtf8 } from '../sse/utf8.ts'

/**
 * Returns an event ID as the value of a `Last-Event-ID` header, which goes out as the ID's UTF-8 bytes.
 *
 * By the standard, each character of a header's value is a byte, and others are refused. Workers encode
 * values as UTF-8 instead.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#last-event-id
 */
export function headerOfId(id: string): string {
  return takesBytes()
    ? Array.from(encodeUtf8(id), (byte) => String.fromCharCode(byte)).join('')
    : id
}

function takesBytes(): boolean {
  try {
    new Headers().append('x', '\u0100')
    return false
  } catch {
    return true
  }
}

/**
 * Whether a server gets this event ID as it is. A header has no control characters, loses spaces at its
 * ends, and UTF-8 has no half of a surrogate pair.
 */
export function isSendableId(id: string): boolean {
  return id.trim() === id && !/[\p{Cc}\p{Cs}]/u.test(id)
}
