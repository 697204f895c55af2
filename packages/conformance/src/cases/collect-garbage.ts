/** What a runtime has that can be asked to. */
interface Collectors {
  /** V8's, where it is told to have it. */
  gc?: () => void
  Bun?: { gc(isSync: boolean): void }
}

/** Has the runtime collect what nobody holds: where it cannot be asked to, by making enough of that. */
export async function collectGarbage(): Promise<void> {
  const { gc, Bun } = globalThis as Collectors
  for (let round = 0; round < 5; round += 1) {
    if (gc) gc()
    else if (Bun) Bun.gc(true)
    else makeGarbage()
    // What has a finalizer goes in a later turn.
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Some 50 MB. */
function makeGarbage(): void {
  for (let at = 0; at < 50; at += 1) Array.from({ length: 20_000 }, (_, n) => ({ n }))
}
