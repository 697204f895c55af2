// Made at first use: to import a package must not fail where a global is missing, as in Jest's jsdom.
let decoder: TextDecoder | undefined
let encoder: TextEncoder | undefined

/** Text of bytes that end with a whole character, a byte order mark included. */
export function decodeUtf8(bytes: Uint8Array): string {
  decoder ??= new TextDecoder('utf-8', { ignoreBOM: true })
  return decoder.decode(bytes)
}

export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  encoder ??= new TextEncoder()
  return encoder.encode(text)
}
