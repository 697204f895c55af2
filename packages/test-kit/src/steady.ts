import { delay } from './delay.ts'

/** Resolves with a number once it has stayed the same for a while, such as that of the bytes in a full buffer. */
export async function steady(read: () => number | Promise<number>): Promise<number> {
  let value = await read()
  for (let looks = 0; looks < 10; looks += 1) {
    await delay(30)
    const now = await read()
    if (now !== value) looks = -1
    value = now
  }
  return value
}
