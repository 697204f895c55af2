import process from 'node:process'

/** ms on a clock that all processes of a machine share, and that nobody sets. */
export function monotonic(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
