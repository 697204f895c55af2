import { afterEach, beforeEach, expect, vi } from 'vitest'
import { type CallOptions, type Fetch, VecTrade, type VecTradeOptions } from '../index.ts'
import type { RuntimeDefaults } from '../adapter.ts'
import { complete } from './body.ts'

// What clients load when they need it. A test that controls the clock cannot wait for that.
await import('../on-demand.ts')

export interface Sent {
  url: string
  init: RequestInit
  /** ms since the first request. */
  at: number
}

/** A client with a fetch that answers from a list. It repeats the last answer, and records its requests. */
export function scripted(
  answers: (() => Response | Promise<Response>)[],
  options: VecTradeOptions = {},
  runtime: RuntimeDefaults = {},
): { client: VecTrade; sent: Sent[] } {
  const sent: Sent[] = []
  let start = 0
  const fetch: Fetch = async (url, init) => {
    if (sent.length === 0) start = Date.now()
    const answer = answers[Math.min(sent.length, answers.length - 1)]
    sent.push({ url, init, at: Date.now() - start })
    if (answer === undefined) throw new Error('no answers')
    return answer()
  }
  const given = { apiKey: 'vq_test', baseURL: 'https://e/v1', fetch, ...options }
  const client = new VecTrade(given, runtime)
  return { client, sent }
}

export const ok = (): Response =>
  new Response(complete.join(''), { headers: { 'content-type': 'text/event-stream' } })
export const fail =
  (status: number, headers: Record<string, string> = {}) =>
  (): Response =>
    Response.json({ error: { message: 'm' } }, { status, headers })
export const unreachable = (): Response => {
  throw new TypeError('fetch failed')
}
export const never = (): Promise<Response> => new Promise(() => {})

/** Returns the text of an answer, or its error, after all fake timers have run. */
export async function run(client: VecTrade, options?: CallOptions): Promise<unknown> {
  const outcome = client.ai
    .stream('p', options)
    .finalText()
    .catch((error: unknown) => error)
  await vi.runAllTimersAsync()
  return outcome
}

/** Gives each test fake timers without jitter, and checks that no timer is left at its end. */
export function mockTime(): void {
  beforeEach(() => {
    vi.useFakeTimers()
    // The middle of the jitter, so that the delays are exact.
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
  })
  afterEach(() => {
    expect(vi.getTimerCount()).toBe(0)
    vi.useRealTimers()
    vi.restoreAllMocks()
  })
}
