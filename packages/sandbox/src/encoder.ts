import { type EncodableMessage, encodeEvent } from '@vectrade/core'
import type { Fault } from './faults.ts'

/** Encodes a message as Server-Sent Events. */
export type Encode = (message: EncodableMessage) => Uint8Array

/** Returns a function that encodes messages with these line endings. */
export function encoder(lineEnding: Fault['lineEnding'] = 'lf'): Encode {
  const utf8 = new TextEncoder()
  const lineBreak = { lf: '\n', crlf: '\r\n', cr: '\r' }[lineEnding]
  return (message) => {
    const text = encodeEvent(message)
    return utf8.encode(lineEnding === 'lf' ? text : text.replaceAll('\n', lineBreak))
  }
}
