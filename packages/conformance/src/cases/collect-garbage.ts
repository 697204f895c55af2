/** The functions with which runtimes collect garbage. */
interface Collectors {
  /** V8's function, which exists only with a flag. */
  gc?: () => void
  Bun?: { gc(isSync: boolean): void }
}

/** Makes the runtime collect garbage. Without a function for that, it creates a lot of garbage. */
export async function collectGarbage(): Promise<void> {
  const { gc, Bun } = globalThis as Collectors
  for (let round = 0; round < 5; round += 1) {
    if (gc) gc()
    else if (Bun) Bun.gc(true)
    else makeGarbage()
    // Objects with a finalizer are collected in a later turn.
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Creates about 50 MB of garbage. */
function makeGarbage(): void {
  for (let at = 0; at < 50; at += 1) Array.from({ length: 20_000 }, (_, n) => ({ n }))
}
