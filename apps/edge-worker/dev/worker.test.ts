import { type Sandbox, startSandbox } from '@vectrade/sandbox'
import { fromResponse, version } from '@vectrade/sdk'
import { lastRequest, startStopwatch } from '@vectrade/test-kit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { authorization, DevServer, origin } from './test-support/dev-server.ts'

describe('with a key', () => {
  let sandbox: Sandbox
  let server: DevServer
  beforeAll(async () => {
    sandbox = await startSandbox()
    server = await DevServer.with(sandbox)
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    await sandbox.close()
  })

  test.for(['/api/guide', '/api/analyze'])('%s streams a whole answer', async (path) => {
    const response = await server.post(path, { headers: { authorization } })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
    const copy = response.clone()
    expect(await response.text()).toMatch(/"type":"done".*\n\ndata: \[DONE\]\n\n$/)
    const { text, usage } = await fromResponse(copy).finalAnalysis()
    expect(text.length).toBeGreaterThan(500)
    expect(usage).toMatchObject({ completion_tokens: expect.any(Number) })
    // Wrangler resolved @vectrade/sdk to the package for the edge.
    expect(lastRequest(sandbox).headers['user-agent']).toBe(`vectrade-edge/${version}`)
  })

  test('/api/analyze logs the usage of an answer', async () => {
    const response = await server.post('/api/analyze', { headers: { authorization } })
    const { usage } = await fromResponse(response).finalAnalysis()
    const [line] = await server.printed(/^\{"outcome":"complete".*\}$/m)
    expect(JSON.parse(line)).toEqual({ outcome: 'complete', usage })
  })

  test.for([
    ['a body that is not JSON', { body: 'prompt=Hello' }, 422, 'validation_error'],
    ['a body without a prompt', { body: '{}' }, 422, 'validation_error'],
    ['another method', { method: 'PUT' }, 405, 'invalid_request_error'],
    ['a request without a token', { headers: {} }, 401, 'authentication_error'],
    ['a wrong token', { headers: { authorization: 'Bearer x' } }, 401, 'authentication_error'],
    [
      'a page of another origin',
      { headers: { origin: 'https://a.example' } },
      403,
      'permission_error',
    ],
  ] as const)('/api/analyze refuses %s', async ([, init, status, type]) => {
    const asked = sandbox.requests.length
    const response = await server.post('/api/analyze', { headers: { authorization }, ...init })
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ error: { type } })
    expect(sandbox.requests).toHaveLength(asked)
  })

  test('/api/analyze lets an allowed page ask', async () => {
    const preflight = await server.post('/api/analyze', {
      method: 'OPTIONS',
      headers: { origin },
      body: null,
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-headers')).toContain('Authorization')
    const response = await server.post('/api/analyze', { headers: { origin, authorization } })
    expect(response.headers.get('access-control-allow-origin')).toBe(origin)
    expect(await fromResponse(response).finalText()).not.toBe('')
  })

  test('other routes are not found', async () => {
    expect((await server.post('/')).status).toBe(404)
    expect((await server.post('/api/guide', { method: 'PUT' })).status).toBe(404)
  })
})

describe('a slow answer', () => {
  let sandbox: Sandbox
  let server: DevServer
  beforeAll(async () => {
    sandbox = await startSandbox({ tokensPerSecond: 20 })
    server = await DevServer.with(sandbox)
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    await sandbox.close()
  })

  test.for(['/api/guide', '/api/analyze'])('%s passes on each event as it comes', async (path) => {
    const response = await server.post(path, { headers: { authorization } })
    const reader = response.body!.getReader()
    const { value } = await reader.read()
    expect(new TextDecoder().decode(value)).toContain('"type":"metadata"')
    expect(lastRequest(sandbox).closed).toBeUndefined()
    await reader.cancel()
  })

  test.for(['/api/guide', '/api/analyze'])(
    '%s ends the answer when its caller leaves',
    async (path) => {
      const caller = new AbortController()
      const { signal } = caller
      const asked = sandbox.requests.length
      await server.post(path, { headers: { authorization }, signal })
      // The guide's route answers before it asks VecTrade.
      await expect.poll(() => sandbox.requests.length).toBe(asked + 1)
      const request = lastRequest(sandbox)
      const watch = startStopwatch()
      caller.abort()
      await request.done
      expect(request.closed).toBe('client')
      expect(watch.ms).toBeLessThan(1000)
    },
  )

  test('/api/analyze logs that its caller has left', async () => {
    const response = await server.post('/api/analyze', { headers: { authorization } })
    await response.body?.cancel()
    const [line] = await server.printed(/^\{"outcome":"failed".*\}$/m)
    expect(JSON.parse(line)).toEqual({ outcome: 'failed', error: 'request_aborted' })
  })
})

test('without a key, a sandbox answers, and the Worker says so', async () => {
  await using server = await DevServer.start()
  await server.printed(/^SIMULATED answers/m)
  const [, header = ''] = await server.printed(/Authorization: (Bearer \S+)/)
  const response = await server.post('/api/analyze', { headers: { authorization: header } })
  for await (const event of fromResponse(response)) {
    expect(event).toMatchObject({ type: 'metadata', simulated: true })
    break
  }
})
