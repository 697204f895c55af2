import { setTimeout as delay } from 'node:timers/promises'
import { VecTrade } from '@vectrade/node'
import { quantile } from '@vectrade/report/quantile'
import type { Outcome, Proof } from '../proof.ts'
import { Random } from '../random.ts'
import { abortCall, type AbortOutcome } from './abort-call.ts'
import { PlayServer } from './play-server.ts'

const seed = 20_270_302
const abortsOf = { short: 2_000, long: 20_000 }
const lanes = 16
/** ms in which the server must see the close of 99 in 100 calls, by the server's clock. */
const mostForClose = 1_000
/** ms to wait for fetch to close unused connections. It usually does after five seconds. */
const idleFor = 60_000

export const aborts: Proof = {
  name: 'aborts',
  promise: 'An aborted call rejects at once, and the server sees its connection close',
  run: (form) => abortCalls(abortsOf[form]),
}

async function abortCalls(count: number): Promise<Outcome> {
  const unhandled: unknown[] = []
  const onUnhandled = (error: unknown): void => void unhandled.push(error)
  process.on('unhandledRejection', onUnhandled)
  await using server = await PlayServer.start()
  const client = new VecTrade({ apiKey: 'vq_none_at_all', baseURL: server.url })
  const outcomes: AbortOutcome[] = []
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < count) {
      const random = new Random(seed + next)
      next += 1
      outcomes.push(await abortCall(client, server, random))
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  const socketsLeft = await socketsAfterIdling(server)
  process.off('unhandledRejection', onUnhandled)
  const closes = outcomes.flatMap(({ closedAfter }) => closedAfter ?? [])
  const failures = [
    ...outcomes.flatMap((outcome) => outcome.failures),
    ...unhandled.map((error) => `unhandled: ${String(error)}`),
  ]
  if (socketsLeft > 0) failures.push(`${socketsLeft} sockets are left`)
  const p99 = toTenth(quantile(closes, 0.99))
  if (!(p99 <= mostForClose)) failures.push(`the server saw the close after ${p99} ms (p99)`)
  return {
    figures: {
      aborts: outcomes.length,
      'first seed': seed,
      ...byMoment(outcomes),
      'complete all the same': outcomes.filter(({ isFinished }) => isFinished).length,
      'closes seen': closes.length,
      'close seen, p50 (ms)': toTenth(quantile(closes, 0.5)),
      'close seen, p99 (ms)': p99,
      'unhandled rejections': unhandled.length,
      'sockets left': socketsLeft,
    },
    failures,
  }
}

async function socketsAfterIdling({ sockets }: PlayServer): Promise<number> {
  const start = performance.now()
  while (sockets.size > 0 && performance.now() - start < idleFor) await delay(20)
  return sockets.size
}

function toTenth(ms: number): number {
  return Math.round(ms * 10) / 10
}

function byMoment(outcomes: readonly AbortOutcome[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { moment } of outcomes) counts[moment] = (counts[moment] ?? 0) + 1
  return counts
}
