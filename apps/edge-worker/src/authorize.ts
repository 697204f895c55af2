/**
 * Returns whether a request has the token. In your app, check the sign-in of your users instead. If no token
 * is set, every request is refused.
 */
export async function presents(token: string | undefined, { headers }: Request): Promise<boolean> {
  if (!token) return false
  const [given, wanted] = await Promise.all(
    [headers.get('authorization') ?? '', `Bearer ${token}`].map(digest),
  )
  // A caller cannot choose the beginning of a digest, so the time of the comparison reveals nothing.
  return given === wanted
}

async function digest(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return new Uint8Array(bytes).join()
}
