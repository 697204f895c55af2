/** Returns the last request that a sandbox got. */
export function lastRequest<T>(sandbox: { readonly requests: readonly T[] }): T {
  const record = sandbox.requests.at(-1)
  if (record === undefined) throw new Error('The sandbox got no request')
  return record
}
