import type { Duplex } from 'node:stream'
import zlib from 'node:zlib'

/** What this program can decompress. */
const decoders: ReadonlyMap<string, () => Duplex> = new Map<string, () => Duplex>([
  ['gzip', () => zlib.createGunzip()],
  ['x-gzip', () => zlib.createGunzip()],
  ['deflate', () => zlib.createInflate()],
  ['br', () => zlib.createBrotliDecompress()],
  // Node has it since 22.15.
  ...('createZstdDecompress' in zlib
    ? [['zstd', () => zlib.createZstdDecompress()] as const satisfies [string, () => Duplex]]
    : []),
])

/** The value of `Accept-Encoding`: what browsers send, as far as this program can decompress it. */
export const acceptedEncodings: string = ['gzip', 'deflate', 'br', 'zstd']
  .filter((name) => decoders.has(name))
  .join(', ')

/**
 * Returns a stream that decompresses a response. Returns undefined if this program cannot.
 *
 * @param encoding the value of `Content-Encoding`, such as `gzip`
 */
export function decoderOf(encoding: string): Duplex | undefined {
  return decoders.get(encoding)?.()
}
