import type { Socket } from 'node:net'
import { startSandbox } from '@vectrade/sandbox'
import { expectWithinASecond } from '@vectrade/test-kit/within-a-second'
import { expect, test } from 'vitest'
import { chunk, type RawServer, startRawServer, streamHead } from '@vectrade/test-kit/raw-server'
import { type Fetch, VecTrade } from '../index.ts'

const apiKey = 'vq_test'
const text = (content: string, id = ''): string =>
  chunk(`${id && `id: ${id}\n`}data: {"type":"text","content":"${content}"}\n\n`)
const done = chunk('data: [DONE]\n\n')

/** A fetch that reads a clone of each response, as OpenTelemetry's instrumentation of fetch does. */
const cloning: Fetch = async (url, init) => {
  const response = await fetch(url, init)
  const reader = response.clone().body?.getReader()
  const read = async (): Promise<void> => {
    for (;;) if ((await reader?.read())?.done ?? true) return
  }
  read().catch(() => {})
  return response
}

/** Starts a server that closes no connection. Each connection gets the next of the answers. */
function serveAndKeepOpen(...answers: string[]): Promise<RawServer> {
  let next = 0
  return startRawServer((socket: Socket) => {
    socket.write(answers[next] ?? '')
    next = Math.min(next + 1, answers.length - 1)
  })
}

test('the connection of an endless redirect is closed', async () => {
  const moved =
    'HTTP/1.1 307 Moved\r\nlocation: /v1/there\r\ntransfer-encoding: chunked\r\n\r\n' + chunk('…')
  await using server = await serveAndKeepOpen(
    moved,
    `${streamHead}${text('whole')}${done}0\r\n\r\n`,
  )
  const client = new VecTrade({ apiKey, baseURL: server.url, fetch: cloning })
  expect(await client.ai.stream('p').finalText()).toBe('whole')
  // The connection of the answer is kept for the next request.
  await expectWithinASecond(() => server.open === 1)
})

test('the connections of a resumed stream are closed', async () => {
  const id = 'HTTP/1.1 200 OK\r\nx-vectrade-stream-id: abc\r\n'
  const head = streamHead.replace('HTTP/1.1 200 OK\r\n', id)
  await using server = await serveAndKeepOpen(
    head + text('a', '1'),
    head + text('b', '2'),
    head + text('c', '3') + done,
  )
  const endpoint = `http://127.0.0.1:${server.port}/api`
  const client = new VecTrade({ endpoint, fetch: cloning, heartbeatTimeout: 200 })
  const stream = client.ai.stream('p')
  const iterator = stream[Symbol.asyncIterator]()
  const open: number[] = []
  let whole = ''
  for (;;) {
    const { done: isOver, value } = await iterator.next()
    if (isOver) break
    whole += value.content
    await expectWithinASecond(() => server.open === 1)
    open.push(server.received.filter(Boolean).length)
  }
  expect(whole).toBe('abc')
  expect(open).toEqual([1, 2, 3])
  await expectWithinASecond(() => server.open === 0)
})

test('the connection of an endless answer to `stop()` is closed', async () => {
  const head = streamHead.replace('\r\n', '\r\nx-vectrade-stream-id: abc\r\n')
  await using server = await serveAndKeepOpen(head + text('a', '1'), streamHead + chunk('stopped'))
  const endpoint = `http://127.0.0.1:${server.port}/api`
  const stream = new VecTrade({ endpoint, fetch: cloning }).ai.stream('p')
  await stream[Symbol.asyncIterator]().next()
  await stream.stop()
  expect(server.received[1]).toMatch(/^DELETE \/api\?stream=abc /)
  await expectWithinASecond(() => server.open === 0)
})

test('the connection of an answer to `analyze` that is too long is closed', async () => {
  const head = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'
  await using server = await serveAndKeepOpen(head + chunk('x'.repeat(2_000)))
  const options = { apiKey, baseURL: server.url, fetch: cloning, maxEventBytes: 1_000 }
  await expect(new VecTrade(options).ai.analyze('p')).rejects.toThrow('over the limit')
  await expectWithinASecond(() => server.open === 0)
})

test.for<[string, Fetch | undefined]>([
  ['not cloned', undefined],
  ['cloned', cloning],
])('complete answers share a connection (%s)', async ([, fetch]) => {
  await using sandbox = await startSandbox()
  const client = new VecTrade({
    apiKey: sandbox.apiKey,
    baseURL: sandbox.url,
    ...(fetch && { fetch }),
  })
  for (let calls = 0; calls < 10; calls += 1) {
    await (calls % 2 ? client.ai.stream('p').finalText() : client.ai.analyze('p'))
  }
  const ports = new Set(sandbox.requests.map(({ remotePort }) => remotePort))
  expect(sandbox.requests).toHaveLength(10)
  // Node's fetch may open a second connection before the first is free again.
  expect(ports.size).toBeLessThanOrEqual(2)
})
