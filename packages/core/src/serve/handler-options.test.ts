import { describe, expect, test, vi } from 'vitest'
import { ConfigurationError, createHandler, memoryStore } from '../index.ts'
import { ok, post, question, serve, url } from '../test-support/serve.ts'

test.for([undefined, null, 'options', []])('options of %j are refused', (options) => {
  expect(() => createHandler(options as never)).toThrow(ConfigurationError)
  expect(() => createHandler(options as never)).toThrow('{ client: … }')
})

test.for<[string, Record<string, unknown>]>([
  ['client', { client: undefined }],
  ['client', { client: null }],
  ['authorize', { authorize: null }],
  ['cors', { cors: null }],
  ['cors', { cors: ['https://app.example.com'] }],
  ['cors', { cors: 'https://app.example.com' }],
  ['cors.credentials', { cors: { origins: [], credentials: 'include' } }],
  ['publicOrigin', { publicOrigin: null }],
  ['publicOrigin', { publicOrigin: 'app.example.com' }],
  ['publicOrigin', { publicOrigin: 'https://app.example.com/' }],
  ['publicOrigin', { publicOrigin: 'https://app.example.com/api' }],
  ['publicOrigin', { publicOrigin: '*' }],
  ['publicOrigin', { publicOrigin: new URL('https://app.example.com') }],
  ['publicOrigin', { publicOrigin: ['https://app.example.com', '*'] }],
  ['store', { store: null }],
  ['store', { store: Promise.resolve(memoryStore()) }],
  ['owner', { owner: null }],
  ['onError', { onError: console }],
  ['logger', { logger: null }],
  ['logger', { logger: console.log }],
  ['logLevel', { logLevel: 'verbose' }],
  ['heartbeat', { heartbeat: null }],
  ['firstByteAfter', { firstByteAfter: null }],
  ['maxPromptLength', { maxPromptLength: null }],
  ['client', { client: {} }],
  ['authorize', { authorize: 'everybody' }],
  ['cors.origins', { cors: { origins: 'https://app.example.com' } }],
  ['cors.origins', { cors: {} }],
  ['cors.origins', { cors: { origins: ['*'] } }],
  ['cors.origins', { cors: { origins: ['https://app.example.com/'] } }],
  ['cors.origins', { cors: { origins: ['app.example.com'] } }],
  ['cors.origins', { cors: { origins: ['HTTPS://App.Example'] } }],
  ['store', { store: {} }],
  ['store', { store: { create() {}, find() {}, read() {}, stop() {} } }],
  ['owner', { owner: 'me' }],
  ['heartbeat', { heartbeat: -1 }],
  ['firstByteAfter', { firstByteAfter: Number.NaN }],
  ['maxPromptLength', { maxPromptLength: 0 }],
  ['maxStreamsPerOwner', { maxStreamsPerOwner: 0 }],
  ['maxStreamsPerOwner', { maxStreamsPerOwner: 1.5 }],
  ['maxStreamsPerOwner', { maxStreamsPerOwner: null }],
])('a wrong option is named in the error: %s', ([name, options]) => {
  expect(() => serve(ok, options)).toThrow(ConfigurationError)
  expect(() => serve(ok, options)).toThrow(`\`${name}\``)
})

describe('a handler that gets no Web-standard Request', () => {
  const web = post(question)
  test.for<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a URL', url],
    ['a request of Node', { method: 'POST', url: '/', headers: { 'content-type': 'text/plain' } }],
    ['a request without a signal', { method: 'POST', url, headers: web.headers, body: web.body }],
    [
      'a request with a signal of null',
      { method: 'POST', url, headers: web.headers, signal: null },
    ],
  ])('responds to %s with a 500, and the server gets the error', async ([, request]) => {
    const onError = vi.fn<(error: unknown) => void>()
    const cors = { origins: ['https://other.example'] }
    const { handler, sent } = serve(ok, { cors, onError })
    expect((await handler(request as Request)).status).toBe(500)
    expect(sent).toHaveLength(0)
    expect(onError.mock.calls).toEqual([[expect.any(ConfigurationError)]])
    expect(String(onError.mock.calls[0]?.[0])).toMatch(/`request`.*`signal`.*toNodeHandler/)
  })
})
