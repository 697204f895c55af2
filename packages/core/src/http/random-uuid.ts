/**
 * Returns a random UUID, also on pages of plain http, where browsers hide `crypto.randomUUID`, and in React Native,
 * which has no `crypto` at all. There it is no secret: use it for names only.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9562#section-5.4 for version 4
 */
export function randomUUID(): string {
  const { crypto } = globalThis as { crypto?: Partial<Crypto> }
  // It is much faster: runtimes draw random bytes in advance for it.
  if (crypto?.randomUUID !== undefined) return crypto.randomUUID()
  const bytes = new Uint8Array(16)
  if (crypto?.getRandomValues !== undefined) crypto.getRandomValues(bytes)
  else fill(bytes)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** Mixes in the clock: React Native's engine gives Math.random only 2^31 starting points. */
function fill(bytes: Uint8Array): void {
  let now = Date.now()
  for (let at = 0; at < bytes.length; at += 1) {
    bytes[at] = Math.floor(Math.random() * 256) ^ (now % 256)
    now = Math.floor(now / 256)
  }
}
