import { describe, expect, test } from 'vitest'
import { ConnectionError } from '../index.ts'
import { keySecrets } from '../test-support/key-secrets.ts'
import { mockTime, ok, run, scripted } from '../test-support/scripted.ts'
import { isRedirect, nextHop } from './redirect.ts'

mockTime()

const hop = { url: 'https://e/v1/ai/analyze', method: 'POST', body: '{"prompt":"p"}' } as const

function redirect(status: number, location?: string): Response {
  return new Response(null, { status, headers: location === undefined ? {} : { location } })
}

test.for([
  [200, false],
  [204, false],
  [300, false],
  [301, true],
  [302, true],
  [303, true],
  [304, false],
  [307, true],
  [308, true],
  [404, false],
] as const)('status %i is a redirect: %s', ([status, is]) => {
  expect(isRedirect({ status, headers: new Headers() })).toBe(is)
})

test('a redirect that the runtime hides is a redirect', () => {
  expect(isRedirect({ status: 0, type: 'opaqueredirect', headers: new Headers() })).toBe(true)
})

const noSecrets = keySecrets([])

describe('the next request', () => {
  test.for([307, 308])('is the same after %i, at the new place', (status) => {
    const next = nextHop(redirect(status, '/v2?a=b'), hop, noSecrets)
    expect(next).toEqual({ ...hop, url: 'https://e/v2?a=b' })
  })

  test.for([301, 302, 303])('is a GET without a body after a POST and %i', (status) => {
    const next = nextHop(redirect(status, 'https://e/v2'), hop, noSecrets)
    expect(next).toEqual({ url: 'https://e/v2', method: 'GET', body: undefined })
  })

  test.for([
    [301, 'DELETE'],
    [302, 'DELETE'],
    [303, 'GET'],
    [307, 'DELETE'],
    [308, 'DELETE'],
  ] as const)('after a DELETE and %i is a %s', ([status, method]) => {
    const stop = { url: 'https://e/streams/s1', method: 'DELETE', body: undefined } as const
    const next = nextHop(redirect(status, '/v2/streams/s1'), stop, noSecrets)
    expect(next).toEqual({ url: 'https://e/v2/streams/s1', method, body: undefined })
  })

  test('has no user name and no password from the redirect', async () => {
    const { client, sent } = scripted([() => redirect(307, 'https://me:secret@e/v2'), ok])
    expect(await run(client)).toBe('Héllo world')
    expect(sent.map(({ url }) => url)).toEqual(['https://e/v1/ai/analyze', 'https://e/v2'])
  })
})

describe('a ConnectionError says', () => {
  test.for<[string | undefined, RegExp]>([
    ['https://other.example/v2', /another origin \(https:\/\/other\.example\)/],
    ['//other.example/v2', /another origin/],
    ['/\\other.example/v2', /another origin/],
    ['http://e/v2', /another origin \(http:\/\/e\)/],
    ['https://vq_secret.example/', /another origin \(https:\/\/\[redacted\]\.example\)/],
    ['https://', /an invalid URL/],
    [undefined, /names no location/],
    ['/a, /b', /names no location, or several/],
  ])('why %s is not followed', ([location, message]) => {
    const follow = (): unknown => nextHop(redirect(307, location), hop, keySecrets(['vq_secret']))
    expect(follow).toThrow(ConnectionError)
    expect(follow).toThrow(message)
    expect(follow).toThrow(/`baseURL` or `endpoint`/)
  })

  test('that a hidden redirect is not followed', () => {
    const response = { status: 0, type: 'opaqueredirect', headers: new Headers() }
    expect(() => nextHop(response, hop, noSecrets)).toThrow(/to a hidden address/)
  })
})
