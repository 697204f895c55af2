/**
 * Decodes UTF-8 byte by byte, as the Encoding Standard says. A byte order mark is decoded as text.
 *
 * @see https://encoding.spec.whatwg.org/#utf-8-decoder
 */
export function decodeUtf8(bytes: Uint8Array): string {
  let text = ''
  let codePoint = 0
  let bytesNeeded = 0
  let bytesSeen = 0
  let lowerBoundary = 0x80
  let upperBoundary = 0xbf
  const reset = (): void => {
    codePoint = bytesNeeded = bytesSeen = 0
    lowerBoundary = 0x80
    upperBoundary = 0xbf
  }
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at]!
    if (bytesNeeded === 0) {
      if (byte <= 0x7f) {
        text += String.fromCharCode(byte)
      } else if (byte >= 0xc2 && byte <= 0xdf) {
        bytesNeeded = 1
        codePoint = byte & 0x1f
      } else if (byte >= 0xe0 && byte <= 0xef) {
        if (byte === 0xe0) lowerBoundary = 0xa0
        if (byte === 0xed) upperBoundary = 0x9f
        bytesNeeded = 2
        codePoint = byte & 0xf
      } else if (byte >= 0xf0 && byte <= 0xf4) {
        if (byte === 0xf0) lowerBoundary = 0x90
        if (byte === 0xf4) upperBoundary = 0x8f
        bytesNeeded = 3
        codePoint = byte & 0x7
      } else {
        text += '\u{FFFD}'
      }
      continue
    }
    if (byte < lowerBoundary || byte > upperBoundary) {
      reset()
      text += '\u{FFFD}'
      // "Restore byte to ioQueue": it is read again.
      at -= 1
      continue
    }
    lowerBoundary = 0x80
    upperBoundary = 0xbf
    codePoint = (codePoint << 6) | (byte & 0x3f)
    bytesSeen += 1
    if (bytesSeen === bytesNeeded) {
      text += String.fromCodePoint(codePoint)
      reset()
    }
  }
  return bytesNeeded === 0 ? text : `${text}\u{FFFD}`
}
