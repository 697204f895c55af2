import { getEventListeners } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { RequestAbortedError, type VecTrade } from '@vectrade/node'
import type { Random } from '../random.ts'
import { type Answer, answers } from './answers.ts'
import type { Play, PlayServer } from './play-server.ts'
import { analyze, streamUses, type Use } from './uses.ts'

/** ms in which anything must happen, even on a busy machine. */
const deadline = 60_000

/** The outcome of an aborted call. */
export interface AbortOutcome {
  /** The state of the call at the abort. */
  moment: string
  isFinished: boolean
  /** ms from the abort until the server saw the close; undefined if there was no close to see. */
  closedAfter?: number
  /** Everything that went wrong. */
  failures: string[]
}

/** Makes a call and aborts it after a random number of sent bytes, or after a random time. */
export async function abortCall(
  client: VecTrade,
  server: PlayServer,
  random: Random,
): Promise<AbortOutcome> {
  const answer = random.pick(answers)
  const [name, use] =
    answer.name === 'JSON' ? ['analyze', analyze] : random.pick(Object.entries(streamUses))
  const controller = new AbortController()
  const { signal } = controller
  const reason = new Error('a reason of its own')
  let abortedAt: number | undefined
  // The times cannot tell this: two readings of the server's clock in one tick may be in the wrong order.
  let wasAnswered: boolean | undefined
  const abort = (): void => {
    abortedAt = server.now()
    wasAnswered = play.answeredAt !== undefined
    controller.abort(reason)
  }
  const how = random.below(10)
  const isUnsent = how === 0
  const isByClock = how === 1
  const after = random.below(4)
  const play: Play = {
    answer: answer.bytes,
    pauseAt: pauseIn(answer, random),
    resumeAfter: random.chance(0.4) ? random.below(6) : undefined,
    onPause: () => {
      if (!isByClock && after === 0) abort()
      else if (!isByClock) setTimeout(abort, after)
    },
    requests: 0,
  }
  const headers = server.expect(play)
  if (isUnsent && after < 2) abort()
  const ending = within(settled(use, { client, signal, headers }))
  // Aborted in the tick in which it was first used.
  if (isUnsent && after >= 2) abort()
  if (isByClock) setTimeout(abort, after)

  const outcome = await ending
  const isFinished = !isAbort(outcome, reason)
  const { answeredAt, pauseAt } = play
  const isEnough = pauseAt >= answer.enough || (wasAnswered ?? answeredAt !== undefined)
  const problems: string[] = []
  if (outcome === 'late') problems.push('it did not end')
  else if (isFinished && (!isEnough || isUnsent)) {
    problems.push(`it ended with ${String(outcome).slice(0, 80)}`)
  }
  if (isUnsent && play.requests > 0) problems.push('it was sent')
  if (play.requests > 1) problems.push(`it was sent ${play.requests} times`)
  const listeners = getEventListeners(signal, 'abort').length
  if (listeners > 0) problems.push(`${listeners} listeners are left on the signal`)
  // A connection that has delivered its whole answer stays open for the next call.
  const isKeptOpen = answer.name === 'kept-open stream'
  const isOpen = play.requests > 0 && (answeredAt === undefined || isKeptOpen)
  if (isOpen && !(await isLetGo(play, isKeptOpen))) problems.push('the server saw no close')
  const moment = isUnsent ? 'before the request' : momentOf(play, answer, isByClock)
  const where = `${answer.name}, ${name}, ${moment} (${pauseAt} bytes)`
  return {
    moment,
    isFinished,
    ...(isOpen && !isFinished && closeOf(play, abortedAt)),
    failures: problems.map((problem) => `${where}: ${problem}`),
  }
}

/** Picks any place, and often one where something begins or ends. */
function pauseIn({ bytes, enough }: Answer, random: Random): number {
  const places = [0, 1, bytes.indexOf('\r\n\r\n') + 4, enough, bytes.length]
  return random.chance(0.4) ? random.pick(places) : random.below(bytes.length + 1)
}

function momentOf({ pauseAt, requests }: Play, answer: Answer, isByClock: boolean): string {
  if (isByClock) return requests === 0 ? 'while connecting' : 'by the clock'
  return answer.momentAt(pauseAt)
}

/** Returns the error that a use rejects with, or `undefined`. */
async function settled(use: Use, call: Parameters<Use>[0]): Promise<unknown> {
  try {
    await use(call)
    return undefined
  } catch (error) {
    return error
  }
}

function isAbort(outcome: unknown, reason: Error): boolean {
  return outcome instanceof RequestAbortedError && outcome.cause === reason
}

async function within(promise: Promise<unknown>): Promise<unknown> {
  const late = new AbortController()
  const clock = delay(deadline, 'late', { signal: late.signal }).catch(() => undefined)
  try {
    return await Promise.race([promise, clock])
  } finally {
    late.abort()
  }
}

/** A complete answer may have been read to its end after the abort. */
async function isLetGo(play: Play, isKeptOpen: boolean): Promise<boolean> {
  const start = performance.now()
  const isPending = (): boolean =>
    play.closedAt === undefined && (isKeptOpen || play.answeredAt === undefined)
  while (isPending()) {
    if (performance.now() - start > deadline) return false
    await delay(2)
  }
  return true
}

function closeOf(
  { closedAt }: Play,
  abortedAt: number | undefined,
): Pick<AbortOutcome, 'closedAfter'> {
  return closedAt === undefined || abortedAt === undefined
    ? {}
    : { closedAfter: Math.max(0, closedAt - abortedAt) }
}
