import { quantile } from '@vectrade/report/quantile'
import type { Proof } from '../proof.ts'
import { runSoak, type Sample } from './run-soak.ts'

const seed = 20_261_128

/** Mixes everything that can happen to streams for a long time, and proves that they end as they must. */
export const soak: Proof = {
  name: 'soak',
  promise:
    'Streams end as they must while everything happens to them, mixed and for a long time. Memory and ' +
    'open sockets stay level, and nothing is left at the end',
  async run(form, minutes = 10) {
    const seconds = form === 'short' ? 20 : minutes * 60
    const outcome = await runSoak(seconds, 24, seed)
    const { samples, counts, socketsLeft, openLeft, firstEvents } = outcome
    const failures = outcome.failures.slice(0, 20)
    if (outcome.failures.length > 20) failures.push(`and ${outcome.failures.length - 20} more`)
    for (const [name, count] of Object.entries(counts)) {
      if (count === 0) failures.push(`there was no stream of: ${name}`)
    }
    if (openLeft > 0) failures.push(`${openLeft} requests are still open at VecTrade`)
    if (socketsLeft > 0) failures.push(`${socketsLeft} sockets are left`)
    failures.push(...growth(samples))
    return {
      figures: {
        seed,
        'time (s)': seconds,
        streams: Object.values(counts).reduce((sum, count) => sum + count, 0),
        'kinds of streams': Object.keys(counts).length,
        'streams that did not end as they must': outcome.failures.length,
        'first event, median (ms)': Math.round(quantile(firstEvents, 0.5)),
        'first event, p99 (ms)': Math.round(quantile(firstEvents, 0.99)),
        'first event, worst (ms)': Math.round(quantile(firstEvents, 1)),
        'clients, held at a quarter and at the end (MB)': quarterAndEnd(samples, 'clients'),
        'server, held at a quarter and at the end (MB)': quarterAndEnd(samples, 'server'),
        'resident memory of both, worst (MB)': Math.round(
          Math.max(...samples.map(({ clientsRss, serverRss }) => clientsRss + serverRss)),
        ),
        'open sockets, worst': Math.max(...samples.map(({ sockets }) => sockets)),
        'open sockets left at the end': socketsLeft,
      },
      failures,
      samples,
    }
  },
}

/** MB by which memory may vary, because of running streams and stored ones. */
const mostGrowth = 30

function growth(samples: readonly Sample[]): string[] {
  return (['clients', 'server'] as const).flatMap((name) => {
    const [quarter, end] = levels(samples, name)
    const isLevel = end <= quarter + mostGrowth
    return isLevel ? [] : [`${name}: ${quarter} MB are held at a quarter, ${end} MB at the end`]
  })
}

function quarterAndEnd(samples: readonly Sample[], name: 'clients' | 'server'): string {
  const [quarter, end] = levels(samples, name)
  return `${quarter.toFixed(1)}, ${end.toFixed(1)}`
}

/** Returns the median around a quarter of the time, and the median in the last quarter. */
function levels(samples: readonly Sample[], name: 'clients' | 'server'): [number, number] {
  const values = samples.map((sample) => sample[name])
  const part = Math.ceil(values.length / 4)
  return [quantile(values.slice(part, 2 * part), 0.5), quantile(values.slice(-part), 0.5)]
}
