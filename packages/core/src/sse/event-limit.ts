import { wholeNumber } from '../lifetime/check-limit.ts'
import type { Limit } from '../lifetime/check-options.ts'
import { StreamProtocolError } from '../errors/stream-protocol-error.ts'
import { encodeUtf8 } from './utf8.ts'

/** The default of `maxEventBytes`, and its check. */
export const eventBytesLimit: Limit = /* @__PURE__ */ wholeNumber(64 * 2 ** 20, 1)

/** Whether the text has more bytes in UTF-8. Encodes it only if its length does not tell. */
export function isLonger(text: string, bytes: number): boolean {
  if (text.length * 3 <= bytes) return false
  return text.length > bytes || encodeUtf8(text).byteLength > bytes
}

/** The error of an event over the limit. */
export function overLimit(bytes: number): StreamProtocolError {
  return new StreamProtocolError(
    `An event is over the limit of ${bytes} bytes (option \`maxEventBytes\`)`,
  )
}
