import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import {
  createHandler,
  memoryStore,
  ValidationError,
  VecTrade,
  VecTradeError,
} from '@vectrade/node'
import { expect, test } from 'vitest'
import { rejection } from '../cases/cases.ts'
import { runProgram } from '../launch/child.ts'
import { nodeOf } from '../launch/node.ts'
import { type Answer, startApi } from './test-support/api.ts'
import { answer, done, event, textEvent, whole } from './test-support/answers.ts'

const streaming = { 'content-type': 'text/event-stream' }

test('no-read-ahead', async () => {
  const events = 100_000
  const citation = event({ type: 'citation', source: 'a', url: 'https://example.com' })
  const chunk = new TextEncoder().encode(citation.repeat(events))
  let pulls = 0
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        pulls += 1
        controller.enqueue(chunk)
      },
    },
    { highWaterMark: 0 },
  )
  const client = new VecTrade({
    apiKey: 'vq_none_at_all',
    baseURL: 'http://127.0.0.1:1/v1',
    fetch: async () => new Response(body, { headers: streaming }),
  })
  let decoded = 0
  const { parse } = JSON
  JSON.parse = (...parameters) => {
    decoded += 1
    return parse(...parameters)
  }
  try {
    const iterator = client.ai.stream('Bull case?')[Symbol.asyncIterator]()
    expect((await iterator.next()).value).toMatchObject({ type: 'citation', source: 'a' })
    // Any reading ahead would have happened by now.
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect({ pulls, decoded }).toEqual({ pulls: 1, decoded: 1 })
    await iterator.next()
    expect({ pulls, decoded }).toEqual({ pulls: 1, decoded: 2 })
    await iterator.return?.()
  } finally {
    JSON.parse = parse
  }
})

test('proto-key-in-delta', async () => {
  const before = Object.getOwnPropertyNames(Object.prototype)
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype']
  const hostile = (name: string): string =>
    `{"${name}":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":"x"`
  for (const name of names) {
    const fields = hostile(name)
    await using api = await startApi(
      whole(
        event({ type: name, name, id: name }, name) +
          `event: ${name}\ndata: ${fields}}\n\n` +
          `data: ${fields},"type":"metadata","model":"m"}\n\n` +
          `data: ${fields},"type":"citation","source":"${name}","url":"${name}"}\n\n` +
          `data: ${fields},"type":"text","content":"${name}"}\n\n` +
          `data: {"type":"done","usage":${fields},"prompt_tokens":1}}\n\n`,
      ),
    )
    const stream = api.client().ai.stream(name, { idempotencyKey: name })
    const analysis = await stream.finalAnalysis()
    expect(analysis.text).toBe(name)
    expect(analysis.citations).toMatchObject([{ source: name, url: name }])
    expect(stream.lastEventId).toBe(name)
    for (const own of [{}, analysis, analysis.metadata, analysis.usage]) {
      expect(Object.getPrototypeOf(own)).toBe(Object.prototype)
      expect(own).not.toHaveProperty('polluted')
    }

    await using refusing = await startApi(
      answer(400, {}, `{"error":{"type":"${name}","message":"no","details":${fields}}}}`),
      answer(400, {}, `${fields},"error_code":"${name}","message":"no"}`),
      answer(400, {}, `${fields},"error":"${name}","message":"no"}`),
    )
    for (let asked = 0; asked < 3; asked += 1) {
      const error = await rejection(
        refusing.client().ai.stream('Bull case?').finalText(),
        VecTradeError,
      )
      expect(error).toBeInstanceOf(ValidationError)
      expect(error).toMatchObject({ message: 'no', status: 400 })
    }
  }

  const store = memoryStore()
  const handler = createHandler({ client: new VecTrade({ apiKey: 'vq_none_at_all' }), store })
  for (const name of names) {
    expect(await store.find(name)).toBeUndefined()
    const response = await handler(new Request(`http://127.0.0.1/?stream=${name}`))
    expect(response.status).toBe(404)
    await (await store.create(name, { owner: name })).append([{ event: name, data: name }])
    expect(await store.find(name)).toEqual({ owner: name, length: 1, outcome: undefined })
  }
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before)
  expect({}).not.toHaveProperty('polluted')
})

test('early-rejection-cancels-body', async () => {
  const kinds = [endlessly(400, 'text/event-stream'), endlessly(200, 'text/html')]
  let asked = 0
  await using api = await startApi((response, request) => {
    const endless = kinds[asked % 3] ?? endlessly(200, 'text/event-stream')
    asked += 1
    endless(response, request)
  })
  const client = api.client({ maxEventBytes: 1_000 })
  const many = async (calls: number): Promise<void> => {
    let made = 0
    const work = async (): Promise<void> => {
      while (made < calls) {
        made += 1
        await rejection(client.ai.stream('Bull case?').finalText(), VecTradeError)
      }
    }
    await Promise.all(Array.from({ length: 4 }, work))
    await expect.poll(() => api.open).toBe(0)
  }
  const descriptors = (): number => readdirSync('/dev/fd').length
  await many(200)
  const before = descriptors()
  await many(1_000)
  await expect.poll(() => descriptors() - before).toBeLessThanOrEqual(10)
  expect(asked).toBe(1_200)
}, 300_000)

/** Sends a body without end: first more than the client reads of an error, then small pieces. */
function endlessly(status: number, contentType: string): Answer {
  return (response) => {
    response.writeHead(status, { 'content-type': contentType })
    response.write(`data: ${'x'.repeat(80_000)}`)
    const timer = setInterval(() => response.write('x'.repeat(1_000)), 20)
    response.on('close', () => clearInterval(timer))
  }
}

test('content-encoding-chain', async () => {
  let body: Uint8Array = Buffer.from(textEvent('a') + done)
  for (let times = 0; times < 1_000; times += 1) body = gzipSync(body)
  const chain = Array.from({ length: 1_000 }, () => 'gzip').join(', ')
  await using api = await startApi((response, asked) => {
    if (asked.path.startsWith('/plain')) return whole()(response, asked)
    response.writeHead(200, { ...streaming, 'content-encoding': chain }).end(body)
  })
  for (const major of [22, 24, 26] as const) {
    const said = await runProgram(
      nodeOf(major),
      [
        '--conditions=@vectrade/source',
        '--disable-warning=ExperimentalWarning',
        fileURLToPath(new URL('test-support/programs/content-codings.ts', import.meta.url)),
      ],
      { API_ORIGIN: api.origin },
    )
    const { errors, growth } = JSON.parse(said) as { errors: string[]; growth: number }
    expect(errors, `Node ${major}`).toEqual(Array.from({ length: 5 }, () => 'StreamProtocolError'))
    console.log(
      `content-encoding-chain, Node ${major}: RSS grew by ${Math.round(growth / 2 ** 10)} KiB`,
    )
    expect(growth, `Node ${major}`).toBeLessThan(32 * 2 ** 20)
  }
}, 300_000)
