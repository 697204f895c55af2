import { quantile } from '@vectrade/report/quantile'
import type { Form, Outcome, Proof } from '../proof.ts'
import { type Load, type LoadOutcome, mostGrowth, runLoad } from './run-load.ts'
import { storeLimits } from './store-limits.ts'

/** Stalled readers next to normal ones, at endpoints with and without a store. */
export const relay: Proof = {
  name: 'relay',
  promise:
    'An endpoint loses no event of thousands of live streams, holds little for readers that stall, and ' +
    'cancels the request to VecTrade when its reader has gone. With a store, this holds even if Redis is killed',
  async run(form) {
    const figures: Record<string, number | string> = {}
    const failures: string[] = []
    for (const load of loads(form)) {
      const outcome = await runLoad(load)
      const name = load.store === 'none' ? 'no store' : `${load.store} store`
      for (const [figure, value] of Object.entries(figuresOf(load, outcome))) {
        figures[`${name}: ${figure}`] = value
      }
      failures.push(...failuresOf(load, outcome, form).map((failure) => `${name}: ${failure}`))
    }
    return { figures, failures } satisfies Outcome
  },
}

function loads(form: Form): Load[] {
  if (form === 'short') {
    const local = { stalledOver: 'unix', perSecond: 1, servers: 1 } as const
    const few = { ...local, streams: 200, stalled: 30, leaving: 50, seconds: 3 }
    return [
      { ...local, store: 'none', streams: 2000, stalled: 300, leaving: 100, seconds: 15 },
      { ...few, store: 'memory' },
      { ...few, store: 'redis' },
    ]
  }
  const network = { stalled: 300, stalledOver: 'tcp', leaving: 100, perSecond: 1 } as const
  return [
    // Many systems let a process have 20,000 files open, and a stream takes two.
    { ...network, store: 'none', streams: 10_000, seconds: 60, servers: 2 },
    { ...network, store: 'memory', streams: 2000, seconds: 30, servers: 1 },
    { ...network, store: 'redis', streams: 1000, seconds: 30, servers: 1 },
  ]
}

function figuresOf({ streams, stalled, seconds }: Load, outcome: LoadOutcome): Outcome['figures'] {
  const { received, dropped, outOfOrder, resumed, delay, held, taken, cancelled } = outcome
  return {
    'streams read': streams,
    'streams stalled': stalled,
    'time (s)': seconds,
    'events read': received,
    'events dropped': dropped,
    'events out of order': outOfOrder,
    ...(resumed > 0 && { 'streams resumed': resumed }),
    'event from VecTrade to reader, median (ms)': Math.round(delay.median),
    'p99 (ms)': Math.round(delay.p99),
    'worst (ms)': Math.round(delay.worst),
    'held for a stalled reader (kB)': Math.round(Math.max(...held) / 1000),
    'of VecTrade’s bytes for it, in all systems’ buffers, worst (kB)': Math.round(taken / 1000),
    'request to VecTrade cancelled, median (ms)': Math.round(quantile(cancelled, 0.5)),
    'cancelled, p99 (ms)': Math.round(quantile(cancelled, 0.99)),
    'cancelled, worst (ms)': Math.round(quantile(cancelled, 1)),
  }
}

function failuresOf(load: Load, outcome: LoadOutcome, form: Form): string[] {
  const { dropped, outOfOrder, failed, resumed, held, cancelled, lateness, leftOpen } = outcome
  const failures: string[] = []
  if (failed.length > 0) failures.push(`${failed.length} streams failed, such as ${failed[0]}`)
  if (dropped > 0) failures.push(`${dropped} events were dropped`)
  if (outOfOrder > 0) failures.push(`${outOfOrder} events were out of order`)
  if (load.store !== 'none' && resumed < load.streams / 10) failures.push(`${resumed} were resumed`)

  const [early, late] = held
  if (late > mostHeld(load)) failures.push(`${late} bytes are held for a stalled reader`)
  const growth = late - early
  if (growth > mostGrowth) failures.push(`${growth} bytes more, the longer a reader stalls`)

  // The promise is a second more than the machine takes to bring an event. In CI, other programs may keep all
  // of these processes waiting.
  const limit = (form === 'short' ? 10_000 : 1000) + lateness + outcome.delay.p99
  const p99 = quantile(cancelled, 0.99)
  if (!(p99 <= limit)) failures.push(`p99 of cancelling is ${p99} ms, not ${limit} at most`)
  const never = cancelled.filter((ms) => ms === Infinity).length
  if (never > 0) failures.push(`${never} requests to VecTrade were never cancelled`)
  if (leftOpen > 0) failures.push(`${leftOpen} requests to VecTrade are left open`)
  return failures
}

/**
 * Returns the most bytes for a stalled reader. Without a store, these are the buffers of two connections.
 * With a store, they are the stored bytes, and those that arrive before the endpoint knows its store is full.
 */
function mostHeld({ store }: Load): number {
  const { maxBytes = 0 } = storeLimits
  return store === 'none' ? 512 * 1024 : 2 ** 20 + 4 * maxBytes
}
