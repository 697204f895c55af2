import { once } from 'node:events'
import { Agent, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type OwnTimers, watchOwnTimers } from '@vectrade/test-kit/own-timers'
import { gate } from './test-support/gate.ts'
import { rawClient } from '@vectrade/test-kit/raw-client'
import { type CountedSource, endless, source, text } from './test-support/sources.ts'
import { serve } from '@vectrade/test-kit/web-server'
import {
  ConfigurationError,
  fromResponse,
  pipeToResponse,
  RateLimitError,
  StreamConsumedError,
  type StreamEvent,
  toNodeHandler,
  toReadableStream,
  toResponse,
} from './index.ts'

const done = { type: 'done', content: '', usage: { prompt_tokens: 1 } } as const

let timers: OwnTimers
beforeEach(() => {
  timers = watchOwnTimers()
})
afterEach(() => {
  expect(timers.live).toBe(0)
  timers[Symbol.dispose]()
})

describe('a response', () => {
  test('has the events and the headers of an event stream, and ends properly', async () => {
    await using server = await serve((req, res) => {
      void pipeToResponse(source([text('Héllo '), text('wörld\n\n'), done]), res, { req })
    })
    const response = await fetch(server.url)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('no-cache, no-transform')
    expect(response.headers.get('x-accel-buffering')).toBe('no')
    for (const name of ['content-length', 'content-encoding']) {
      expect(response.headers.has(name)).toBe(false)
    }
    expect(await fromResponse(response).finalAnalysis()).toMatchObject({
      text: 'Héllo wörld\n\n',
      usage: { prompt_tokens: 1 },
    })
    const { port } = server
    const raw = await rawClient(port, { headers: ['connection: close'] })
    await raw.ended
    expect(raw.text).toMatch(/data: \[DONE\]\n\n\r\n0\r\n\r\n$/)
  })

  test('continues if the head has already been sent', async () => {
    await using server = await serve((req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' })
      res.write(': mine\n\n')
      void pipeToResponse(source([text('a')]), res, { req })
    })
    const body = await (await fetch(server.url)).text()
    expect(body).toBe(': mine\n\ndata: {"type":"text","content":"a"}\n\ndata: [DONE]\n\n')
  })

  test('sends its head before the first event, and each event before it takes the next', async () => {
    const gates = [gate(), gate(), gate()]
    await using server = await serve((req, res) => {
      const events = (async function* () {
        for (const { opened } of gates) {
          await opened
          yield text('x')
        }
      })()
      void pipeToResponse(events, res, { req, heartbeat: 0 })
    })
    const client = await rawClient(server.port)
    await client.until((all) => all.includes('\r\n\r\n'))
    for (const [at, { open }] of gates.entries()) {
      expect(client.count('data: ')).toBe(at)
      open()
      await client.until(() => client.count('data: ') > at)
    }
    client.socket.destroy()
  })

  test('to HEAD has no body and takes no event', async () => {
    const events = source(endless(10))
    const settled = gate()
    await using server = await serve((req, res) => {
      void pipeToResponse(events, res, { req }).then(settled.open)
    })
    // The connection stays open, so the stream is not ended by a disconnect.
    const client = await rawClient(server.port, { method: 'HEAD' })
    await settled.opened
    await client.until((all) => all.endsWith('\r\n\r\n'))
    expect(client.text).toContain('x-accel-buffering: no')
    expect(client.text).not.toContain('data:')
    expect(events).toMatchObject({ taken: 0, returned: 1 })
    client.socket.destroy()
  })

  test('of a silent source has heartbeats, until the client disconnects', async () => {
    const events = source([text('a')], 'silence')
    const settled = gate()
    await using server = await serve((req, res) => {
      void pipeToResponse(events, res, { req, heartbeat: 20 }).then(settled.open)
    })
    const client = await rawClient(server.port)
    await client.until(() => client.count(': heartbeat\n\n') >= 3)
    client.socket.destroy()
    await settled.opened
    expect(timers.live).toBe(0)
    expect(events.returned).toBe(1)
  })
})

describe('a source that fails', () => {
  test.for([0, 2])(
    'after %i events sends an error event without its message, and ends properly',
    async (count) => {
      const failing = source(
        Array.from({ length: count }, () => text('a')),
        new Error('the secret of this server'),
      )
      await using server = await serve((req, res) => void pipeToResponse(failing, res, { req }))
      const body = await (await fetch(server.url)).text()
      expect(body.split('data: {"type":"text"').length - 1).toBe(count)
      expect(body).toContain('event: error\ndata: {"error":{"type":"server_error"')
      expect(body).not.toContain('secret')
      expect(body).not.toContain('[DONE]')
    },
  )

  test('with an error of VecTrade sends that error', async () => {
    const limited = new RateLimitError({
      message: 'Said',
      type: 'rate_limit_error',
      retryable: true,
      retryAfter: 3,
    })
    await using server = await serve(
      (req, res) => void pipeToResponse(source([], limited), res, { req }),
    )
    const error = await fromResponse(await fetch(server.url))
      .finalText()
      .catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(RateLimitError)
    expect(error).toMatchObject({ message: 'Said', retryAfter: 3 })
  })

  test('because it is already used makes the call reject, and leaves the response alone', async () => {
    const stream = fromResponse(
      new Response(toReadableStream(source([])), {
        headers: { 'content-type': 'text/event-stream' },
      }),
    )
    await stream.finalText()
    await using server = await serve((req, res) => {
      pipeToResponse(stream, res, { req }).catch((error: unknown) => {
        res.statusCode = error instanceof StreamConsumedError ? 409 : 500
        res.end()
      })
    })
    expect((await fetch(server.url)).status).toBe(409)
  })

  test('because of its signal sends an error event', async () => {
    await using server = await serve((req, res) => {
      const signal = AbortSignal.timeout(50)
      void pipeToResponse(source([text('a')], 'silence'), res, { req, signal })
    })
    expect(await (await fetch(server.url)).text()).toContain('event: error')
  })
})

describe('no listener remains', () => {
  const counts = ({ req, res }: { req: IncomingMessage; res: ServerResponse }): string =>
    [req.socket, req, res]
      .map((emitter) =>
        emitter
          .eventNames()
          .map((name) => `${String(name)} ${emitter.listenerCount(name)}`)
          .toSorted(),
      )
      .join(' | ')

  /** Returns the listeners a few turns of the event loop after each of 15 requests over one connection. */
  async function listeners(serving: (res: ServerResponse) => unknown): Promise<string[]> {
    const after: string[] = []
    await using server = await serve((req, res) => {
      res.once('finish', () => void turns(10).then(() => after.push(counts({ req, res }))))
      serving(res)
    })
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ports = new Set<number | undefined>()
    for (let at = 0; at < 15; at += 1) {
      const [response] = (await once(request(server.url, { agent }).end(), 'response')) as [
        IncomingMessage,
      ]
      ports.add(response.socket.localPort)
      response.resume()
      await once(response, 'end')
      await expect.poll(() => after.length, { interval: 1 }).toBe(at + 1)
    }
    agent.destroy()
    expect(ports.size).toBe(1)
    expect(after).toHaveLength(15)
    return after
  }

  test('on request, response and connection after 15 requests', async () => {
    const events = (): CountedSource => source([text('a'.repeat(200_000)), done])
    const ours = await listeners((res) => pipeToResponse(events(), res, { req: res.req }))
    const handled = await listeners((res) =>
      toNodeHandler(() => toResponse(events()))(res.req, res),
    )
    // Node's own listeners, and the one for late errors.
    const nodes = await listeners((res) => {
      res.on('error', () => {})
      res.end('x')
    })
    expect(ours).toEqual(nodes)
    expect(handled).toEqual(nodes)
  })
})

async function turns(count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) await new Promise((resolve) => setImmediate(resolve))
}

test('a wrapper without its request is refused before anything is sent', async () => {
  let error: unknown
  await using server = await serve((req, res) => {
    const wrapper = new Proxy(res, {
      get: (target, name) => {
        const value: unknown = name === 'req' ? undefined : Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    const events = (): AsyncIterable<StreamEvent> => source([text('a')])
    void pipeToResponse(events(), wrapper).catch(async (thrown: unknown) => {
      error = thrown
      await pipeToResponse(events(), wrapper, { req })
    })
  })
  expect(await (await fetch(server.url)).text()).toContain('[DONE]')
  expect(error).toBeInstanceOf(ConfigurationError)
  expect(String(error)).toContain('`req`')
})
