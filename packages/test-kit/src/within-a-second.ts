/** Waits until something holds, for at most a second: longer is a failure. */
export async function expectWithinASecond(holds: () => boolean): Promise<void> {
  const start = performance.now()
  while (!holds()) {
    if (performance.now() - start > 1000) throw new Error(`Not within a second: ${String(holds)}`)
    await delay(5)
  }
}

export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** The last request a sandbox got. */
export function lastRequest<T>(sandbox: { readonly requests: readonly T[] }): T {
  const record = sandbox.requests.at(-1)
  if (record === undefined) throw new Error('The sandbox was asked nothing')
  return record
}
