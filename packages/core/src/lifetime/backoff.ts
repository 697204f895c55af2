/** The delays between attempts. Each is twice as long as the one before it, up to the cap. */
export interface BackoffPolicy {
  /** The delay after the first attempt, in ms, without jitter. */
  first: number
  /** The longest delay, in ms, including jitter. */
  cap: number
  /** The smallest and the largest part of a delay that is waited: `[0.75, 1.25]` is ±25 %. */
  jitter: readonly [least: number, most: number]
}

/** Spreads clients over the whole delay. Use it if many of them lose their connection at the same moment. */
export const fullJitter: BackoffPolicy['jitter'] = [0, 1]

/**
 * Returns an exponential delay with jitter in ms, so that clients that failed together do not return together.
 *
 * @param attempt how many attempts have failed
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoff(
  attempt: number,
  { first, cap, jitter: [least, most] }: BackoffPolicy,
  random: number = Math.random(),
): number {
  // The cap comes before the jitter too. Otherwise clients would return together once they have reached it.
  const delay = Math.min(first * 2 ** (attempt - 1), cap)
  return Math.min(delay * (least + (most - least) * random), cap)
}
