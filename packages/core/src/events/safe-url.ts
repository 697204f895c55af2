/**
 * A citation's `url`, as sent, if it is safe to make a link of (http or https); else undefined.
 *
 * @example
 * ```ts
 * import { safeUrl } from '@vectrade/core'
 *
 * safeUrl('https://example.com/10-q') // 'https://example.com/10-q'
 * safeUrl('javascript:alert(1)') // undefined
 * ```
 */
export function safeUrl(url: string): string | undefined {
  // Not every runtime has URL.parse.
  try {
    const { protocol } = new URL(url)
    return protocol === 'https:' || protocol === 'http:' ? url : undefined
  } catch {
    return undefined
  }
}
