import { ConfigurationError } from '../errors/configuration-error.ts'

/** The least of an option that is a whole number; all others are ms, 0 or more. */
const leastWhole = new Map([
  ['maxRetries', 0],
  ['maxEventBytes', 1],
  ['maxPromptLength', 1],
  ['maxStreamsPerOwner', 1],
])

/** @throws ConfigurationError when a limit is no number of its kind; Infinity is no limit */
export function checkLimit(name: string, value: unknown): void {
  const least = leastWhole.get(name)
  if (typeof value === 'number' && value >= (least ?? 0)) {
    if (least === undefined || Number.isInteger(value) || value === Infinity) return
  }
  throw new ConfigurationError(
    `\`${name}\` must be a ${least === undefined ? '' : 'whole '}number, ${least ?? 0} or more`,
  )
}
