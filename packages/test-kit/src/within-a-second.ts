/** Waits until something holds. Throws after a second. */
export async function expectWithinASecond(holds: () => boolean): Promise<void> {
  const start = performance.now()
  while (!holds()) {
    if (performance.now() - start > 1000)
      throw new Error(`This did not hold within a second: ${String(holds)}`)
    await delay(5)
  }
}

export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Returns the last request that a sandbox got. */
export function lastRequest<T>(sandbox: { readonly requests: readonly T[] }): T {
  const record = sandbox.requests.at(-1)
  if (record === undefined) throw new Error('The sandbox got no request')
  return record
}
