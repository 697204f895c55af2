import type { Outcome, Proof } from '../proof.ts'
import { type LiveLoad, type LiveOutcome, type ReaderOutcome, runLive } from './run-live.ts'

const loads: Readonly<Record<'short' | 'long', LiveLoad>> = {
  short: { readers: 20, seconds: 5, cuts: 30, seed: 20_261_129 },
  long: { readers: 200, seconds: 60, cuts: 300, seed: 20_261_129 },
}
/** How many bytes more than after the burst the endpoint may hold at the end. They wait for its readers. */
const mostGrowth = 15 * 2 ** 20
const mostShown = 20

/** Readers of live data whose connections are cut again and again. */
export const live: Proof = {
  name: 'live',
  promise:
    'Live data loses nothing and doubles nothing without a `gap` that says so, and the latest quotes are ' +
    'always those of VecTrade, while connections are cut, readers stall, and servers restart',
  run: (form) => proveLive(loads[form]),
}

export async function proveLive(load: LiveLoad): Promise<Outcome> {
  const outcome = await runLive(load)
  const failures = failuresOf(load, outcome)
  const more = failures.length - mostShown
  return {
    figures: figuresOf(load, outcome),
    failures: more > 0 ? [...failures.slice(0, mostShown), `and ${more} more`] : failures,
  }
}

function figuresOf({ seed, readers, seconds, cuts }: LiveLoad, outcome: LiveOutcome) {
  const { cut, held } = outcome
  const every = outcome.readers.filter(({ name }) => name.includes('every'))
  return {
    readers,
    seed,
    'time (s)': seconds,
    cuts,
    'connections to VecTrade cut': cut.upstream,
    'connections of readers cut': cut.readers,
    'events read': sum(outcome.readers, ({ events }) => events),
    'events wrong, lost or doubled': sum(outcome.readers, ({ failures }) => failures.length),
    'events of `every` that a gap stands for': sum(every, ({ missed }) => missed),
    ...Object.fromEntries(
      reasons.map((reason) => [`gaps, ${reason}`, gapsOf(outcome.readers, reason)]),
    ),
    'endpoint, held after a burst and at the end (MB)': held
      .map((bytes) => (bytes / 1e6).toFixed(1))
      .join(', '),
    'connections left at the end': sum(Object.values(outcome.left), (count) => count),
  }
}

const reasons = ['upstream', 'unknown', 'expired', 'slow_consumer'] as const

function failuresOf(load: LiveLoad, outcome: LiveOutcome): string[] {
  const { readers, cut, behind, errors, held, left } = outcome
  const failures = readers.flatMap((reader) =>
    reader.failures.map((failure) => `${reader.name}: ${failure}`),
  )
  failures.push(...behind.map((name) => `${name} does not have the latest quotes`), ...errors)

  // Without these, little was proved.
  if (cut.upstream === 0) failures.push('no connection to VecTrade was cut')
  if (cut.readers < load.cuts / 2) failures.push(`only ${cut.readers} readers were cut`)
  // A reader that is cut or too slow at that moment may be told of another gap instead.
  for (const reason of ['upstream', 'unknown']) {
    const told = readers.filter(({ gaps }) => gaps[reason] !== undefined).length
    if (told < readers.length / 2) failures.push(`only ${told} readers had a gap: ${reason}`)
  }
  for (const { name, kind, gaps } of readers) {
    const isSlow = kind === 'staller' && gaps['slow_consumer'] === undefined
    if (isSlow) failures.push(`${name} was not told that it is too slow`)
  }
  // The new instance knows no reader. After all other cuts, readers should continue where they were.
  const restarted = gapsOf(readers, 'unknown') + gapsOf(readers, 'expired') - load.readers
  if (restarted > cut.readers / 2) {
    failures.push(`${restarted} times, a reader could not continue after a cut`)
  }

  const [early, late] = held
  if (late - early > mostGrowth) failures.push(`the endpoint holds ${late - early} bytes more`)
  for (const [where, count] of Object.entries(left)) {
    if (count > 0) failures.push(`${count} connections are left (${where})`)
  }
  return failures
}

function gapsOf(readers: readonly ReaderOutcome[], reason: string): number {
  return sum(readers, ({ gaps }) => gaps[reason] ?? 0)
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0)
}
