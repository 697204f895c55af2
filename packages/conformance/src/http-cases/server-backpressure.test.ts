import type { ServerResponse } from 'node:http'
import { createHandler, type StreamEvent, toNodeHandler } from '@vectrade/node'
import { countedSource, type CountedSource } from '@vectrade/test-kit/counted-source'
import { type RawClient, rawClient } from '@vectrade/test-kit/raw-client'
import { serve } from '@vectrade/test-kit/web-server'
import { delay } from '@vectrade/test-kit/delay'
import { steady } from '@vectrade/test-kit/steady'
import { expectWithinASecond } from '@vectrade/test-kit/within-a-second'
import { expect, test } from 'vitest'
import { startApi } from './test-support/api.ts'
import { endless, textEvent } from './test-support/answers.ts'
import { type Helper, helpers, text, timers } from './test-support/helpers.ts'
import { expectNoUnhandledRejections } from './test-support/unhandled-rejections.ts'

expectNoUnhandledRejections()

/** The number of characters of an event, which is also its number of bytes. */
const length = 16_384
/** More bytes than the operating system buffers for a connection. */
const mostBytes = 64 * 2 ** 20

/** Yields more events than a connection buffers, but not endlessly: a test that fails must end. */
function* forEver(): Generator<StreamEvent> {
  for (let bytes = 0; bytes < 2 * mostBytes; bytes += length) yield text('x'.repeat(length))
}

test('helper-backpressure', async () => {
  for (const [name, help] of Object.entries(helpers)) {
    const source = countedSource(forEver())
    let response: ServerResponse | undefined
    await using server = await serve((req, res) => {
      response = res
      void help(() => source, req, res)
    })
    const client = await rawClient(server.port, { read: false })
    await standsStill(() => source.taken * length)
    const socket = response?.socket
    // Bytes that the operating system has taken no longer belong to this program.
    const given = (socket?.bytesWritten ?? 0) - (response?.writableLength ?? 0)
    const buffered = source.taken * length - given
    console.log(
      `helper-backpressure, ${name}: ${buffered} bytes are held for a client who does not read`,
    )
    expect(source.taken).toBeGreaterThan(0)
    expect(buffered).toBeLessThanOrEqual(2 ** 20 + length)
    client.socket.destroy()
    await expectWithinASecond(() => source.returned === 1)
  }

  // The handler passes the pace on to VecTrade.
  let written = 0
  await using api = await startApi((res, asked) => {
    const write = res.write.bind(res) as (piece: string) => boolean
    res.write = (piece: string) => {
      written += piece.length
      return write(piece)
    }
    endless(200, { 'content-type': 'text/event-stream' }, textEvent('x'.repeat(length)))(res, asked)
  })
  await using server = await serve(toNodeHandler(createHandler({ client: api.client() })))
  const body = '{"prompt":"Bull case?"}'
  const client = await rawClient(server.port, { method: 'POST', body, read: false })
  await standsStill(() => written)
  expect(api.open).toBe(1)
  client.socket.destroy()
  await expectWithinASecond(() => api.open === 0)
})

/**
 * Resolves when the number of bytes has grown and then stays the same. Fails before they fill the
 * memory.
 */
async function standsStill(bytes: () => number): Promise<void> {
  await expect.poll(bytes).toBeGreaterThan(0)
  await steady(() => {
    expect(bytes()).toBeLessThan(mostBytes)
    return bytes()
  })
}

test('helper-disconnect-while-waiting-for-drain', async () => {
  for (const help of Object.values(helpers)) {
    for (const how of ['destroy', 'resetAndDestroy'] as const) {
      await using waiting = await waitForDrain(help)
      const { source, response, client, before } = waiting
      client.socket[how]()
      await expectWithinASecond(() => waiting.settled === 1)
      expect(source.returned).toBe(1)
      await delay(20)
      expect(source.returned).toBe(1)
      expect(listenersOf(response)).toEqual(before.listeners)
      expect(timers()).toBeLessThanOrEqual(before.timers)
    }
  }
})

/** Starts a helper, and waits until it has written as much as a client takes that does not read. */
async function waitForDrain(help: Helper): Promise<Waiting> {
  const before = { timers: timers(), listeners: {} }
  const source = countedSource(forEver())
  const waiting = { source, before, settled: 0 }
  let response: ServerResponse | undefined
  const server = await serve((req, res) => {
    response = res
    before.listeners = listenersOf(res)
    void help(() => source, req, res).then(() => (waiting.settled += 1))
  })
  const client = await rawClient(server.port, { read: false })
  await standsStill(() => source.taken * length)
  return Object.assign(waiting, {
    client,
    response: response!,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  })
}

interface Waiting extends AsyncDisposable {
  source: CountedSource<StreamEvent>
  settled: number
  response: ServerResponse
  client: RawClient
  before: { timers: number; listeners: object }
}

/** Counts listeners, except for `error`: an error may still come, and must not end the process. */
function listenersOf(response: ServerResponse): object {
  const names = ['drain', 'close', 'finish', 'pipe'] as const
  return Object.fromEntries(names.map((name) => [name, response.listenerCount(name)]))
}
