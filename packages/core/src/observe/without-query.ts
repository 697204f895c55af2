/** Returns a URL without its query, which may have the credentials of a user. */
export function withoutQuery(url: string): string {
  return url.replace(/[?#].*/, '')
}
