import express from 'express'
import { delay } from '@vectrade/test-kit/delay'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { rawClient } from '@vectrade/test-kit/raw-client'
import { serve, type WebServer } from '@vectrade/test-kit/web-server'
import { createHandler, type HandlerOptions, toNodeHandler, VecTrade } from '../index.ts'

const client = new VecTrade({ apiKey: 'vq_any_key', baseURL: 'http://127.0.0.1:1/v1' })

let unhandled: unknown[]
const onUnhandled = (error: unknown): void => void unhandled.push(error)
beforeEach(() => {
  unhandled = []
  process.on('unhandledRejection', onUnhandled)
})
afterEach(async () => {
  await delay(5)
  process.off('unhandledRejection', onUnhandled)
  expect(unhandled).toEqual([])
  vi.restoreAllMocks()
})

/** Serves a handler. Records its requests and its responses. */
async function serving(
  options: Partial<HandlerOptions>,
  mount: (listener: ReturnType<typeof toNodeHandler>) => Parameters<typeof serve>[0] = (listener) =>
    (req, res) =>
      void listener(req, res),
): Promise<WebServer & { asked: Request[]; answers: Response[] }> {
  const asked: Request[] = []
  const answers: Response[] = []
  const handler = createHandler({ client, ...options })
  const listener = toNodeHandler(async (request) => {
    asked.push(request)
    const response = await handler(request)
    answers.push(response)
    return response
  })
  return Object.assign(await serve(mount(listener)), { asked, answers })
}

const ways: [string, Partial<HandlerOptions>][] = [
  ['the endpoint reads it', {}],
  [
    '`authorize` reads a copy',
    {
      authorize: async (request) => {
        await request.clone().json()
        return true
      },
    },
  ],
  [
    '`authorize` reads a copy in chunks',
    {
      authorize: async (request) => {
        for await (const _ of request.clone().body ?? []);
        return true
      },
    },
  ],
  ['`owner` reads a copy', { owner: (request) => request.clone().text() }],
  [
    '`authorize` reads it itself',
    {
      authorize: async (request) => {
        await request.json()
        return true
      },
    },
  ],
]

describe.for(ways)('an upload that the caller interrupts while %s', ([, options]) => {
  test.for([
    ['by a close', 'content-length: 90', (socket: { destroy(): void }) => socket.destroy()],
    [
      'by a reset',
      'content-length: 90',
      (socket: { resetAndDestroy(): void }) => socket.resetAndDestroy(),
    ],
    [
      'by a close, with a chunked body',
      'transfer-encoding: chunked',
      (socket: { destroy(): void }) => socket.destroy(),
    ],
    [
      'by closing only its own side',
      'content-length: 90',
      (socket: { end(): void }) => socket.end(),
    ],
  ] as const)('%s is not reported to `onError`', async ([, header, leave]) => {
    const onError = vi.fn()
    const logged = vi.spyOn(console, 'error')
    for (const reporting of [{ onError }, {}]) {
      await using server = await serving({ ...options, ...reporting })
      const caller = await rawClient(server.port, { method: 'POST', headers: [header] })
      caller.socket.write(header.includes('chunked') ? '5\r\n{"pro\r\n' : '{"prompt":')
      await expect.poll(() => server.asked.length).toBe(1)
      await delay(30)
      leave(caller.socket)
      await expect.poll(() => server.answers.length).toBe(1)
    }
    await delay(10)
    expect(onError).not.toHaveBeenCalled()
    expect(logged).not.toHaveBeenCalled()
  })
})

test('with Express, an interrupted upload is not reported either', async () => {
  const onError = vi.fn()
  await using server = await serving({ onError }, (listener) => express().use('/', listener))
  const caller = await rawClient(server.port, { method: 'POST', headers: ['content-length: 90'] })
  caller.socket.write('{"prompt":')
  await expect.poll(() => server.asked.length).toBe(1)
  await delay(30)
  caller.socket.destroy()
  await expect.poll(() => server.answers.length).toBe(1)
  expect(onError).not.toHaveBeenCalled()
})

test('an error with another cause is reported, even if the caller has disconnected', async () => {
  const onError = vi.fn()
  const options = {
    onError,
    authorize: async (request: Request) => {
      await new Promise((resolve) => request.signal.addEventListener('abort', resolve))
      throw new Error('The database is unreachable')
    },
  }
  await using server = await serving(options)
  const caller = await rawClient(server.port, { method: 'POST', body: '{"prompt":"p"}' })
  await expect.poll(() => server.asked.length).toBe(1)
  await delay(30)
  caller.socket.destroy()
  await expect.poll(() => onError.mock.calls.length).toBe(1)
  expect(onError).toHaveBeenCalledWith(new Error('The database is unreachable'))
})

test('a body that a parser has already read is reported', async () => {
  const onError = vi.fn()
  await using server = await serving({ onError }, (listener) => async (req, res) => {
    for await (const _ of req);
    await listener(req, res)
  })
  const init = { method: 'POST', body: '{"prompt":"p"}' }
  expect((await fetch(server.url, init)).status).toBe(500)
  expect(String(onError.mock.calls[0]?.[0])).toContain('`req.body`')
})

/** The ways in which a user's function may fail. */
const failures: [string, () => unknown][] = [
  [
    'throws',
    () => {
      throw new Error('secret')
    },
  ],
  ['rejects', () => Promise.reject(new Error('secret'))],
  [
    'throws undefined',
    () => {
      throw undefined
    },
  ],
  [
    'throws a value that cannot be inspected',
    () => {
      throw new Proxy(Object.create(null) as object, {
        get: () => {
          throw new Error('secret')
        },
      })
    },
  ],
]

describe.for(failures)('an `onError` that %s', ([, fail]) => {
  test.for(failures)(
    'does not change the 500 for an `authorize` that %s',
    async ([, authorize]) => {
      await using server = await serving({
        authorize: authorize as () => boolean,
        onError: fail,
      })
      const init = { method: 'POST', body: '{"prompt":"p"}' }
      for (let at = 0; at < 3; at += 1) {
        const response = await fetch(server.url, init)
        expect(response.status).toBe(500)
        expect(response.headers.get('cache-control')).toBe('no-store')
        expect(await response.text()).toBe(
          '{"error":{"type":"server_error","message":"The analysis failed"}}',
        )
      }
    },
  )
})
