/** Returns a number of 32 bits that stands for a text. */
export function hashOf(text: string): number {
  // FNV-1a. Its last bits are weak, and `mixed` spreads them.
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  }
  return mixed(hash)
}

/**
 * Returns a number from 0 to 1, without 1. The same key and index always give the same number, and
 * the indices can be asked for in any order.
 */
export function randomAt(key: number, index: number): number {
  return (mixed(key ^ Math.imul(index + 1, 0x9e3779b1)) >>> 0) / 2 ** 32
}

/** Spreads each bit over all 32 bits. It is the last step of MurmurHash3. */
function mixed(bits: number): number {
  let hash = bits
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
