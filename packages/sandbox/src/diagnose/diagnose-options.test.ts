import { expect, test } from 'vitest'
import { type DiagnoseOptions, resolveDiagnoseOptions } from './diagnose-options.ts'

const url = 'https://example.com/api/analyze'

test('asks as a page would, unless it is told otherwise', () => {
  const settings = resolveDiagnoseOptions(url, {})
  expect(settings).toMatchObject({ method: 'POST', idle: 65_000 })
  expect(JSON.parse(settings.body ?? '')).toEqual({ prompt: 'Bull case for NVDA?', stream: true })
  expect(settings.headers).toMatchObject({
    accept: 'text/event-stream',
    'accept-encoding': expect.stringMatching(/^gzip, deflate, br(?:, zstd)?$/),
    'content-length': String(settings.body?.length),
  })
  const own = { method: 'GET', headers: { 'Accept-Encoding': 'identity', cookie: 'a=1' } } as const
  const live = resolveDiagnoseOptions(url, own)
  expect(live.body).toBeUndefined()
  expect(live.headers).toMatchObject({ 'accept-encoding': 'identity', cookie: 'a=1' })
  expect(live.headers).not.toHaveProperty('content-length')
})

test.each<[string, DiagnoseOptions, string]>([
  ['nonsense', {}, 'The URL must be one such as'],
  ['ftp://example.com', {}, 'The URL must begin with http'],
  [url, { method: 'PUT' as 'POST' }, '`method` must be one of GET, POST'],
  [url, { prompt: ' ' }, '`prompt` must be a text'],
  [url, { idle: 0 }, '`idle` must be a number of ms'],
  [url, { idle: Number.NaN }, '`idle` must be a number of ms'],
  [url, { headers: { 'x y': '1' } }, '`headers` has a name or a value that cannot be sent'],
  [url, { headers: { x: 'a\r\nb' } }, '`headers` has a name or a value that cannot be sent'],
  [url, { headers: null as never }, '`headers` must not be null'],
  [url, null as never, 'The options must be an object'],
])('refuses %j with %j', (target, options, message) => {
  expect(() => resolveDiagnoseOptions(target, options)).toThrow(message)
})

test('sends no key over plain http to another machine, unless it is allowed', () => {
  const away = 'http://example.com/api'
  const message = 'A key or a cookie would be sent over plain http'
  for (const name of ['X-API-Key', 'authorization', 'Cookie']) {
    const headers = { [name]: 'secret' }
    expect(() => resolveDiagnoseOptions(away, { headers })).toThrow(message)
    resolveDiagnoseOptions(away, { headers, allowInsecure: true })
    resolveDiagnoseOptions('http://localhost:3000/api', { headers })
    resolveDiagnoseOptions('http://[::1]:3000/api', { headers })
  }
  expect(() => resolveDiagnoseOptions('http://a:b@example.com', {})).toThrow(message)
  resolveDiagnoseOptions(away, {})
})
