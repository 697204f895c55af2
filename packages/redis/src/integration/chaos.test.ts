import { setTimeout as delay } from 'node:timers/promises'
import {
  type AnalysisStream,
  ServiceUnavailableError,
  StreamInterruptedError,
  VecTrade,
} from '@vectrade/node'
import { seeded } from '@vectrade/test-kit/seeded'
import { expectWithinASecond } from '@vectrade/test-kit/within-a-second'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RedisServer, startTimeout } from '@vectrade/test-kit/redis-server'
import { startInstance } from '../test-support/instance.ts'
import { startProxy } from '../test-support/proxy.ts'
import { piece, startUpstream } from '../test-support/upstream.ts'

const seed = 20_261_123
const random = seeded(seed)

let redis: RedisServer
beforeAll(async () => {
  redis = await RedisServer.start('--appendonly', 'yes', '--appendfsync', 'always')
}, startTimeout)
afterAll(() => redis[Symbol.asyncDispose]())

/** Reads an answer. Returns the text of its events. */
async function readAll(stream: AnalysisStream): Promise<string[]> {
  const pieces = []
  for await (const { type, content } of stream) if (type === 'text') pieces.push(content)
  return pieces
}

const whole = (prompt: string, events: number): string[] =>
  Array.from({ length: events }, (_, at) => piece(prompt, at))

describe(`instances behind a proxy, on one Redis (seed ${seed})`, () => {
  test('200 streams of 1,000 events, cut at random: no event is lost, repeated or out of order', async () => {
    const events = 1000
    await using upstream = await startUpstream(events, 10)
    await using first = await startInstance(redis.path, upstream.url, 15_000)
    await using second = await startInstance(redis.path, upstream.url, 15_000)
    await using proxy = await startProxy([first.port, second.port], random, 60_000)
    const client = new VecTrade({ endpoint: proxy.url })
    const prompts = Array.from({ length: 200 }, (_, at) => `s${at}`)
    const wrong: string[] = []
    await Promise.all(
      prompts.map(async (prompt, at) => {
        // Streams start one after the other. If all started at once, the store could be too slow, and the
        // streams could not be resumed. Other tests cover that.
        await delay(at * 20)
        const pieces = await readAll(client.ai.stream(prompt))
        if (pieces.join('') !== whole(prompt, events).join('')) wrong.push(prompt)
      }),
    )
    expect(wrong).toEqual([])
    expect(proxy.cuts).toBeGreaterThan(200)
    expect([...upstream.asked.values()]).toEqual(prompts.map(() => 1))
  }, 240_000)

  test('an instance that only reads is killed: its readers continue at another instance', async () => {
    const events = 300
    await using upstream = await startUpstream(events, 1)
    await using writing = await startInstance(redis.path, upstream.url, 15_000)
    await using reading = await startInstance(redis.path, upstream.url, 15_000)
    await using proxy = await startProxy([writing.port], random, Infinity)
    const client = new VecTrade({ endpoint: proxy.url })
    const prompts = Array.from({ length: 10 }, (_, at) => `r${at}`)
    const streams = prompts.map((prompt) => client.ai.stream(prompt))
    await Promise.all(streams.map((stream) => stream.response))
    proxy.targets = [reading.port]
    const followers = streams.map(({ id = '' }) => client.ai.resume(id))
    await Promise.all(followers.map((follower) => follower.response))
    const answers = Promise.all(followers.map(readAll))
    await delay(500)
    proxy.targets = [writing.port]
    reading.child.kill('SIGKILL')
    expect(await answers).toEqual(prompts.map((prompt) => whole(prompt, events)))
    expect(await Promise.all(streams.map(readAll))).toEqual(await answers)
  }, 60_000)

  test('the instance that writes is killed: all readers get an error with the partial text, in time', async () => {
    const lease = 2000
    await using upstream = await startUpstream(100_000, 1)
    await using writing = await startInstance(redis.path, upstream.url, lease)
    await using reading = await startInstance(redis.path, upstream.url, lease)
    await using proxy = await startProxy([writing.port], random, Infinity)
    const client = new VecTrade({ endpoint: proxy.url })
    const stream = client.ai.stream('k')
    await stream.response
    proxy.targets = [reading.port]
    const follower = client.ai.resume(stream.id ?? '')
    await follower.response
    const outcomes = Promise.allSettled([readAll(stream), readAll(follower)])
    await delay(700)
    writing.child.kill('SIGKILL')
    const killedAt = performance.now()
    const settled = await outcomes
    // The caller of the killed instance has to find the other one first, which takes up to a second.
    expect(performance.now() - killedAt).toBeLessThan(lease + 1000 + 1000)
    for (const { status, reason } of settled as PromiseRejectedResult[]) {
      expect(status).toBe('rejected')
      expect(reason).toBeInstanceOf(StreamInterruptedError)
      const { text = '' } = (reason as StreamInterruptedError).partial ?? {}
      expect(text.length).toBeGreaterThan(100)
      expect(whole('k', 1000).join('').startsWith(text)).toBe(true)
    }
  }, 60_000)

  test('Redis is paused, then restarted: all readers continue', async () => {
    const events = 300
    await using upstream = await startUpstream(events, 1)
    await using first = await startInstance(redis.path, upstream.url, 15_000)
    await using second = await startInstance(redis.path, upstream.url, 15_000)
    await using proxy = await startProxy([first.port, second.port], random, 4000)
    const client = new VecTrade({ endpoint: proxy.url })
    const prompts = Array.from({ length: 10 }, (_, at) => `p${at}`)
    const answers = Promise.all(prompts.map((prompt) => readAll(client.ai.stream(prompt))))
    await delay(700)
    redis.pause()
    await delay(1500)
    redis.continue()
    await delay(1000)
    await redis.kill()
    await redis.start()
    expect(await answers).toEqual(prompts.map((prompt) => whole(prompt, events)))
  }, 120_000)

  test('Redis is gone for good: callers of the producing instance are served, others get an error in time', async () => {
    const events = 250
    const lease = 2000
    await using gone = await RedisServer.start()
    await using upstream = await startUpstream(events, 1)
    await using writing = await startInstance(gone.path, upstream.url, lease)
    await using reading = await startInstance(gone.path, upstream.url, lease)
    const [here, there] = [writing, reading].map(
      ({ port }) => new VecTrade({ endpoint: `http://127.0.0.1:${port}/api/analyze` }),
    )
    const stream = here?.ai.stream('g')
    await stream?.response
    const follower = there?.ai.resume(stream?.id ?? '')
    await follower?.response
    const local = stream && readAll(stream)
    const remote = follower && readAll(follower).catch((error: unknown) => error)
    await delay(700)
    await gone.kill()
    const killedAt = performance.now()
    const error = await remote
    expect(performance.now() - killedAt).toBeLessThan(lease + 1000)
    expect(error).toBeInstanceOf(ServiceUnavailableError)
    const { text = '' } = (error as ServiceUnavailableError).partial ?? {}
    expect(text.length).toBeGreaterThan(100)
    expect(whole('g', events).join('').startsWith(text)).toBe(true)
    expect(await local).toEqual(whole('g', events))

    // A new answer is served too, but not stored.
    const next = here?.ai.stream('h')
    expect(next && (await readAll(next))).toEqual(whole('h', events))
    expect(next?.id).toBeUndefined()
  }, 60_000)

  test('a stop at any instance reaches the producing instance within a second', async () => {
    await using upstream = await startUpstream(100_000, 1)
    await using writing = await startInstance(redis.path, upstream.url, 15_000)
    await using other = await startInstance(redis.path, upstream.url, 15_000)
    await using proxy = await startProxy([writing.port], random, Infinity)
    const client = new VecTrade({ endpoint: proxy.url })
    const stream = client.ai.stream('x')
    await stream.response
    proxy.targets = [other.port]
    const follower = client.ai.resume(stream.id ?? '')
    const [local, remote] = [readAll(stream), readAll(follower)]
    await delay(500)
    expect(upstream.running).toBe(1)
    const stopping = client.ai.resume(stream.id ?? '')
    await stopping.response
    await stopping.stop()
    await expectWithinASecond(() => upstream.running === 0)
    const pieces = await local
    expect(await remote).toEqual(pieces)
    expect(pieces.length).toBeGreaterThan(5)
    expect(whole('x', pieces.length)).toEqual(pieces)
  }, 60_000)

  test('ten readers get the same bytes, and 10,000 guessed ids get nothing', async () => {
    await using upstream = await startUpstream(200, 5)
    await using instance = await startInstance(redis.path, upstream.url, 15_000)
    const url = `http://127.0.0.1:${instance.port}/api/analyze`
    const stream = new VecTrade({ endpoint: url, headers: { 'x-user': 'me' } }).ai.stream('b')
    await stream.response
    const headers = { 'x-user': 'me' }
    const readers = Array.from({ length: 10 }, async () =>
      (await fetch(`${url}?stream=${stream.id}`, { headers })).text(),
    )
    const bodies = new Set(await Promise.all(readers))
    expect(bodies.size).toBe(1)
    expect([...bodies][0]).toContain('id: 201\ndata: {"type":"done"}\n\ndata: [DONE]\n\n')

    const answers = new Set<string>()
    const guess = async (id: string): Promise<void> => {
      const response = await fetch(`${url}?stream=${id}`)
      const { date: _, ...rest } = Object.fromEntries(response.headers)
      answers.add(JSON.stringify([response.status, rest, await response.text()]))
    }
    for (let round = 0; round < 100; round += 1) {
      await Promise.all(Array.from({ length: 100 }, () => guess(randomId())))
    }
    // A stream of another owner looks the same as a missing one.
    await guess(stream.id ?? '')
    expect(answers.size).toBe(1)
    expect([...answers][0]).toMatch(/^\[404/)
  }, 120_000)
})

function randomId(): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return Array.from({ length: 22 }, () => letters[Math.floor(random() * 64)]).join('')
}
