import { randomAt } from './random.ts'

/** A walk is back at its beginning after this many steps, so that prices stay plausible for ever. */
const period = 2 ** 16

/**
 * Returns where a random walk is after a number of steps. It begins at 0, and one step is about 1.
 *
 * The walk needs no memory: it halves the period around the step, and each middle is as far from
 * the line between its ends as a random walk would be. So any step takes 16 halvings, and replaying
 * old steps gives the same values.
 */
export function walkAt(key: number, step: number): number {
  let start = Math.floor(step / period) * period
  let left = 0
  let right = 0
  for (let length = period; start < step; length /= 2) {
    const middle = start + length / 2
    // A uniform number from -√3 to √3 has the standard deviation 1.
    const noise = (randomAt(key, middle) - 0.5) * Math.sqrt(12)
    const value = (left + right) / 2 + (noise * Math.sqrt(length)) / 2
    if (middle > step) right = value
    else [start, left] = [middle, value]
  }
  return left
}
