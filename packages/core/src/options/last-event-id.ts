import { encodeUtf8 } from '../sse/utf8.ts'

/**
 * Returns the value for a `Last-Event-ID` header, which must be sent as the UTF-8 bytes of the ID.
 *
 * In the Fetch standard, each character of a header's value is one byte, and characters above U+00FF are
 * refused. Workers encode values as UTF-8 instead.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#last-event-id
 */
export function headerOfId(id: string): string {
  return takesBytes()
    ? Array.from(encodeUtf8(id), (byte) => String.fromCharCode(byte)).join('')
    : id
}

/** Whether each character of a header's value is one byte. */
function takesBytes(): boolean {
  try {
    new Headers().append('x', '\u0100')
    return false
  } catch {
    return true
  }
}

/**
 * Whether a header can carry this event ID unchanged. A header has no control characters and loses the
 * spaces at its ends, and UTF-8 cannot encode half of a surrogate pair.
 */
export function isSendableId(id: string): boolean {
  return !/^ | $|[\p{Cc}\p{Cs}]/u.test(id)
}
