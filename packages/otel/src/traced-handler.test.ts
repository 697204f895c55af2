import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { tracedHandler } from './index.ts'
import { Telemetry } from './test-support/telemetry.ts'

const telemetry = new Telemetry(new AsyncLocalStorageContextManager())
beforeEach(() => telemetry.reset())
afterEach(() => expect(telemetry.complaints).toEqual([]))

const request = (init: RequestInit = {}): Request =>
  new Request('https://app.example/api/analyze?session=secret', init)

/** A body that gives its reader one byte for each of these steps, and then ends. */
function body(...steps: (() => void)[]): ReadableStream<Uint8Array> {
  return new ReadableStream(
    {
      pull(controller) {
        const step = steps.shift()
        if (step === undefined) return controller.close()
        step()
        controller.enqueue(new Uint8Array(1))
      },
    },
    { highWaterMark: 0 },
  )
}

const nothing = (): void => {}

describe('the span of a request ends', () => {
  test('when the body has been read, and not before', async () => {
    const read = vi.fn()
    const handler = tracedHandler(() => new Response(body(read, read)), { route: '/api/analyze' })
    const response = await handler(request({ method: 'POST' }))
    const reader = response.body?.getReader()
    expect(read).not.toHaveBeenCalled()
    await reader?.read()
    await reader?.read()
    expect(read).toHaveBeenCalledTimes(2)
    expect(telemetry.spans).toEqual([])
    expect(await reader?.read()).toMatchObject({ done: true })
    expect(telemetry.spans).toEqual([
      {
        name: 'POST /api/analyze',
        kind: 'SERVER',
        parent: undefined,
        trace: 0,
        attributes: {
          'http.request.method': 'POST',
          'http.response.status_code': 200,
          'http.route': '/api/analyze',
          'server.address': 'app.example',
          'server.port': 443,
          'url.path': '/api/analyze',
          'url.scheme': 'https',
        },
        events: [],
        isError: false,
      },
    ])
  })

  test('when the body is cancelled, which cancels the body of the handler', async () => {
    const cancel = vi.fn()
    const handler = tracedHandler(() => new Response(new ReadableStream({ cancel })))
    const response = await handler(request())
    await response.body?.cancel('enough')
    expect(cancel).toHaveBeenCalledWith('enough')
    expect(telemetry.spans).toMatchObject([{ name: 'GET', isError: false }])
  })

  test('when the body fails', async () => {
    const failing = body(nothing, () => {
      throw new RangeError('secret')
    })
    const response = await tracedHandler(() => new Response(failing))(request())
    await expect(response.text()).rejects.toThrow('secret')
    expect(telemetry.spans).toMatchObject([
      { attributes: { 'error.type': 'RangeError' }, isError: true },
    ])
    expect(JSON.stringify(telemetry.spans)).not.toContain('secret')
  })

  test('when the handler fails, and its caller gets the error', async () => {
    const error = new RangeError('secret')
    const handler = tracedHandler(() => Promise.reject(error))
    await expect(handler(request())).rejects.toBe(error)
    expect(telemetry.spans).toMatchObject([
      { attributes: { 'error.type': 'RangeError' }, isError: true },
    ])
  })

  test('when the caller leaves, even if no one reads the body', async () => {
    const controller = new AbortController()
    const { signal } = controller
    const handler = tracedHandler(() => new Response(body(nothing)))
    const response = await handler(request({ signal }))
    expect(telemetry.spans).toEqual([])
    controller.abort()
    expect(telemetry.spans).toHaveLength(1)
    await response.body?.cancel()
    await handler(request({ signal }))
    expect(telemetry.spans).toHaveLength(2)
  })

  test('at once without a body', async () => {
    const original = new Response(null, { status: 204 })
    expect(await tracedHandler(() => original)(request())).toBe(original)
    expect(telemetry.spans).toHaveLength(1)
  })
})

test.for<[number, boolean]>([
  [200, false],
  [404, false],
  [500, true],
  [503, true],
])('a response with the status %d is an error of the server: %j', async ([status, isError]) => {
  const handler = tracedHandler(() => new Response('', { status, headers: { 'x-a': 'b' } }))
  const response = await handler(request())
  await response.text()
  expect([response.status, response.headers.get('x-a')]).toEqual([status, 'b'])
  expect(telemetry.spans).toMatchObject([
    { attributes: { 'http.response.status_code': status }, isError },
  ])
})

test('the handler and its body run in the context of the span, which continues the trace of the caller', async () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  const seen: (string | undefined)[] = []
  const see = (): void => void seen.push(trace.getActiveSpan()?.spanContext().traceId)
  const handler = tracedHandler((_, env: string) => {
    see()
    expect(env).toBe('env')
    return new Response(body(see))
  })
  const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01` }
  const response = await handler(request({ headers }), 'env')
  await context.with(ROOT_CONTEXT, () => response.text())
  expect(seen).toEqual([traceId, traceId])
  expect(telemetry.spans).toMatchObject([{ parent: 'remote' }])
})

test('a tracer that fails is reported, and the request is answered', async () => {
  const getTracer = (): never => {
    throw new Error('No exporter')
  }
  const options = { tracerProvider: { getTracer } }
  const handler = tracedHandler(() => new Response('yes'), options)
  expect(await (await handler(request())).text()).toBe('yes')
  expect(telemetry.complaints.splice(0)).toEqual([expect.stringContaining('is not traced')])
})

test('where a span is active, such as that of an instrumentation of the server, there is no second one', async () => {
  const original = new Response('')
  await trace.getTracer('test').startActiveSpan('server', async (span) => {
    expect(await tracedHandler(() => original)(request())).toBe(original)
    span.end()
  })
  expect(telemetry.spans.map(({ name }) => name)).toEqual(['server'])
})

test('a method that anyone can invent is not in the name of the span', async () => {
  await tracedHandler(() => new Response(null))(request({ method: 'FOO' }))
  expect(telemetry.spans).toMatchObject([
    {
      name: 'HTTP',
      attributes: { 'http.request.method': '_OTHER', 'http.request.method_original': 'FOO' },
    },
  ])
})

test('what is no Web request is left to the handler', async () => {
  const handler = tracedHandler(() => new Response(null, { status: 204 }))
  const response = await handler({ url: '/', headers: {} } as unknown as Request)
  expect(response.status).toBe(204)
  expect(telemetry.spans).toEqual([])
})

test.for<[unknown, object, string]>([
  [undefined, {}, '`handler` must be a function'],
  [() => new Response(), { route: 1 }, '`route` must be a string'],
  [() => new Response(), { tracerProvider: {} }, '`tracerProvider` must be a tracer provider'],
])('%j with %j is refused', ([handler, options, message]) => {
  expect(() => tracedHandler(handler as () => Response, options)).toThrow(message)
})
