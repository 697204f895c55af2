/**
 * Returns a citation's `url` unchanged if it is safe to link to (http or https); otherwise undefined.
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
