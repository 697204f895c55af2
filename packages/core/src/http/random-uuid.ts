/**
 * Returns a random UUID, for use as a name. Without `crypto` it is not a secret.
 *
 * Browsers hide `crypto.randomUUID` on pages of plain http, and React Native has no `crypto` at all.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9562#section-5.4 for version 4
 */
export function randomUUID(): string {
  const { crypto } = globalThis as { crypto?: Partial<Crypto> }
  // This is much faster, because runtimes draw random bytes for it in advance.
  if (crypto?.randomUUID !== undefined) return crypto.randomUUID()
  const bytes = new Uint8Array(16)
  if (crypto?.getRandomValues !== undefined) crypto.getRandomValues(bytes)
  else fill(bytes)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** Fills bytes at random. Mixes in the clock, because React Native's `Math.random` has only 2^31 seeds. */
function fill(bytes: Uint8Array): void {
  let now = Date.now()
  for (let at = 0; at < bytes.length; at += 1) {
    bytes[at] = Math.floor(Math.random() * 256) ^ (now % 256)
    now = Math.floor(now / 256)
  }
}
