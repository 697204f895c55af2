/**
 * A random UUID, also on pages of plain http, for which browsers hide `crypto.randomUUID`.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9562#section-5.4 for version 4
 */
export function randomUUID(): string {
  // Typed as always there. It is much faster: runtimes draw random bytes in advance for it.
  const { crypto } = globalThis
  if (typeof (crypto as Partial<Crypto>).randomUUID === 'function') return crypto.randomUUID()
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
