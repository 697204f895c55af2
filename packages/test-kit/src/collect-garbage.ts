import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Runs the garbage collector of this process. Needs no flag. */
export async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (let round = 0; round < 5; round += 1) {
    collect()
    // Finalizers run in a later turn of the event loop.
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
