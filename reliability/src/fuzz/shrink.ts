import { type Given, givenOf } from './given.ts'

/** Returns how a stream is read wrongly; undefined if it is read correctly. */
export type Check = (given: Given) => Promise<string | undefined>

/** Removes bytes, then chunk ends, as long as the check still finds a fault. */
export async function shrink(given: Given, check: Check): Promise<Given> {
  let least = given
  const attempt = async (smaller: Given): Promise<boolean> => {
    if ((await check(smaller)) === undefined) return false
    least = smaller
    return true
  }
  for (let size = Math.ceil(given.bytes.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < least.bytes.length;) {
      if (!(await attempt(without(least, at, size)))) at += size
    }
  }
  for (let cut = 0; cut < least.ends.length - 1;) {
    const ends = least.ends.filter((_, index) => index !== cut)
    if (!(await attempt({ ...least, ends }))) cut += 1
  }
  return least
}

function without(given: Given, at: number, size: number): Given {
  const { bytes, ends, maxEventBytes } = given
  const until = Math.min(bytes.length, at + size)
  const moved = (end: number): number => (end <= at ? end : Math.max(at, end - (until - at)))
  const left = Buffer.concat([bytes.subarray(0, at), bytes.subarray(until)])
  return { ...givenOf(left), ends: ends.map(moved), maxEventBytes }
}
