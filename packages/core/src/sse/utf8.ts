// Created at first use: importing a package must not fail if a global is missing, as in Jest's jsdom.
let decoder: TextDecoder | undefined
let encoder: TextEncoder | undefined

/** Decodes bytes that end with a whole character. A byte order mark is kept. */
export function decodeUtf8(bytes: Uint8Array): string {
  decoder ??= new TextDecoder('utf-8', { ignoreBOM: true })
  return decoder.decode(bytes)
}

/** Encodes text. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  encoder ??= new TextEncoder()
  return encoder.encode(text)
}
