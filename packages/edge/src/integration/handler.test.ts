import { type Sandbox, startSandbox } from '@vectrade/sandbox'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Bundled,
  guideWorker,
  handlerWorker,
  importedEnvWorker,
  testWorker,
} from '../test-support/bundle.ts'
import { type Running, startEdgeVm, type StartRuntime, workerd } from '../test-support/runtimes.ts'
import { access, post, prompt, readUntil } from '../test-support/sandbox-worker.ts'
import { fromResponse, VecTrade } from '../index.ts'

let sandbox: Sandbox
let text: string
beforeAll(async () => {
  sandbox = await startSandbox({ heartbeat: 0 })
  text = (await VecTrade.fromEnv(access(sandbox)).ai.analyze(prompt)).text
})
afterAll(() => sandbox.close())

interface ErrorBody {
  error: { type: string; message: string }
}

describe.for([
  ['workerd', workerd()],
  ['the edge runtime', startEdgeVm],
] as const)('createHandler on %s', ([, start]) => {
  let worker: Running
  beforeAll(async () => {
    worker = await start(testWorker, { ...access(sandbox), FIRST_BYTE_AFTER: '300' })
  })
  afterAll(() => worker[Symbol.asyncDispose]())

  test.for([
    ['a body that is not JSON', { body: 'prompt=Hello' }, 422, 'validation_error'],
    ['a missing prompt', { body: '{}' }, 422, 'validation_error'],
    [
      'a long prompt',
      { body: JSON.stringify({ prompt: 'x'.repeat(101) }) },
      422,
      'validation_error',
    ],
    ['a large body', { body: 'x'.repeat(10_000) }, 413, 'invalid_request_error'],
    ['another method', { method: 'PUT' }, 405, 'invalid_request_error'],
    [
      'an unauthorized caller',
      { headers: { cookie: 'user=unknown' } },
      401,
      'authentication_error',
    ],
    [
      'a page of another origin',
      { headers: { origin: 'https://a.example' } },
      403,
      'permission_error',
    ],
  ] as const)('refuses %s', async ([, init, status, type]) => {
    const asked = sandbox.requests.length
    const response = await post(worker, '/handler', {}, init)
    expect(response.status).toBe(status)
    const { error } = (await response.json()) as ErrorBody
    expect(error.type).toBe(type)
    expect(error.message).not.toBe('')
    expect(sandbox.requests).toHaveLength(asked)
  })

  test('answers a page of an allowed origin', async () => {
    const origin = 'https://app.example.com'
    const preflight = await worker.fetch('/handler', { method: 'OPTIONS', headers: { origin } })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-methods')).toContain('POST')
    const response = await post(worker, '/handler', {}, { headers: { origin } })
    expect(response.headers.get('access-control-allow-origin')).toBe(origin)
    expect(await fromResponse(response).finalText()).toBe(text)
  })

  test('passes on the status and Retry-After of a refusing upstream', async () => {
    const response = await post(worker, '/handler', { status: 429, retryAfter: 7 })
    expect(response.status).toBe(429)
    expect(response.headers.get('retry-after')).toBe('7')
    expect(((await response.json()) as ErrorBody).error.type).toBe('rate_limit_error')
  })

  test('begins with a heartbeat if VecTrade is slow', async () => {
    const response = await post(worker, '/handler', { delay: 600 })
    const reader = response.body!.getReader()
    const beginning = await readUntil(reader, (got) => got.endsWith('\n\n'))
    expect(beginning).toMatch(/^: heartbeat\n\n/)
    const rest = await readUntil(reader, (got) => got.endsWith('data: [DONE]\n\n'))
    expect(rest).toContain('"type":"done"')
  })
})

const deployments: [string, Bundled, StartRuntime][] = [
  ['workerd with process.env', handlerWorker, workerd('nodejs_compat')],
  ['workerd with imported bindings', importedEnvWorker, workerd()],
  ['the edge runtime', handlerWorker, startEdgeVm],
]

describe.for(deployments)('createHandler as the default export, on %s', ([, bundled, start]) => {
  test('serves many requests with one client', async () => {
    await using worker = await start(bundled, access(sandbox))
    const first = await post(worker, '/')
    const reader = first.body!.getReader()
    await reader.read()
    const answers = await Promise.all(
      Array.from({ length: 5 }, async () => fromResponse(await post(worker, '/')).finalText()),
    )
    expect(new Set(answers)).toEqual(new Set([text]))
    await reader.cancel()
    expect(await fromResponse(await post(worker, '/')).finalText()).toBe(text)
  })
})

describe.for([
  ['workerd', workerd('nodejs_compat')],
  ['the edge runtime', startEdgeVm],
] as const)("the guide's Edge route, as printed, on %s", ([, start]) => {
  test('streams a whole answer', async () => {
    await using worker = await start(guideWorker, access(sandbox))
    const response = await post(worker, '/api/analyze')
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    const copy = response.clone()
    expect(await response.text()).toMatch(/"type":"done".*\n\ndata: \[DONE\]\n\n$/)
    expect(await fromResponse(copy).finalText()).toBe(text)
  })
})

describe.for([
  ['workerd', workerd()],
  ['the edge runtime', startEdgeVm],
] as const)('fromEnv on %s', ([, start]) => {
  test('reports a missing key', async () => {
    await using worker = await start(testWorker, { VECTRADE_BASE_URL: sandbox.url })
    expect(await (await post(worker, '/text')).json()).toMatchObject({
      error: {
        name: 'ConfigurationError',
        json: { message: expect.stringMatching(/`apiKey`.*VECTRADE_API_KEY/) },
      },
    })
  })

  test('reports a binding that is not a string', async () => {
    await using worker = await start(testWorker, { ...access(sandbox), VECTRADE_API_KEY: { a: 1 } })
    expect(await (await post(worker, '/text')).json()).toMatchObject({
      error: {
        name: 'ConfigurationError',
        json: { message: expect.stringContaining('binding VECTRADE_API_KEY') },
      },
    })
  })
})
