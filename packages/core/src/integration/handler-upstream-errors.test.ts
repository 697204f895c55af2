import { describe, expect, test, vi } from 'vitest'
import { createHandler, fromResponse, VecTrade } from '../index.ts'
import { catchError, sse, text } from '../test-support/body.ts'
import { question, post, serve, stream } from '../test-support/serve.ts'
import { answering } from '../test-support/subject.ts'

const quota = 'Your quota is used up'

/** Refusals of VecTrade: status and body. */
const refusals: [number, Record<string, unknown>][] = [
  [403, { error: 'token_quota_exceeded', message: 'm', retry_after_seconds: 9 }],
  [429, { error: 'ai_daily_limit_exceeded', message: 'm', upgrade_url: 'https://u' }],
  [403, { error: 'AUTH_002', message: quota }],
  [403, { error: 'AUTH_002', message: 'No such scope' }],
  [403, { error: 'scope_denied', message: 'm', allowed_scopes: ['secret'] }],
  [403, { error: 'ai_access_denied', message: 'm' }],
  [401, { error_code: 'invalid_api_key', message: 'm', details: 'secret' }],
  [429, { error_code: 'rate_limited', message: 'm', retry_after: 1.5 }],
  [503, { error: 'overloaded', message: 'm' }],
  [429, { error: { type: 'rate_limit_error', message: quota, retry_after: 9 } }],
  [500, { error: { type: 'rate_limit_error', message: 'm' } }],
  [422, { type: 'https://e/errors/validation-error', title: 'T', detail: 'm' }],
]

/** Returns the properties of an error that a program decides by. */
async function factsOf(response: Response): Promise<unknown> {
  const error = await catchError(fromResponse(response).finalText())
  const { name, code, errorCode, retryAfter, docsUrl, message } = error as Record<string, unknown>
  return { name, code, errorCode, retryAfter, docsUrl, message }
}

describe.for<[string, (status: number, payload: Record<string, unknown>) => Response]>([
  ['as a refusal', (status, payload) => Response.json(payload, { status })],
  ['under status 200', (_, payload) => Response.json({ ...payload, type: 'error' })],
  ['inside the answer', (_, payload) => stream(sse(text('a'), { ...payload, type: 'error' }))],
])('an error of VecTrade %s', ([, answer]) => {
  test.for(refusals)(
    'is the same error for the client of the endpoint: %i %j',
    async ([status, payload]) => {
      const response = await serve(() => answer(status, payload)).handler(post(question))
      const sent = response.clone()
      expect(await factsOf(response)).toEqual(await factsOf(answer(status, payload)))
      // Details are only for the owner of the key.
      expect(await sent.text()).not.toContain('secret')
    },
  )
})

test.for(refusals)('a refusal keeps its status: %i %j', async ([status, payload]) => {
  const response = await serve(() => Response.json(payload, { status })).handler(post(question))
  expect(response.status).toBe(status)
})

test('a 404 is passed on without the hint for the owner of the key', async () => {
  const answer = (): Response => Response.json({ error: { message: 'Said' } }, { status: 404 })
  const response = await serve(answer).handler(post(question))
  expect(await response.json()).toEqual({ error: { type: 'not_found', message: 'Said' } })
})

test('a missing key is reported to the server and not to its callers', async () => {
  const onError = vi.fn<(error: unknown) => void>()
  const client = new VecTrade({ baseURL: 'https://e/v1' })
  const response = await createHandler({ ...answering(client), onError })(post(question))
  expect(response.status).toBe(500)
  expect(await response.text()).not.toMatch(/apiKey|VECTRADE/)
  expect(String(onError.mock.calls[0]?.[0])).toMatch(/VECTRADE_API_KEY/)
})

test.for([
  [500, 'false', false],
  [400, 'true', true],
  [500, undefined, true],
] as const)(
  'a page judges a %i with x-should-retry: %s as VecTrade does',
  async ([status, said, expected]) => {
    const headers = said === undefined ? {} : { 'x-should-retry': said }
    const answer = (): Response => Response.json({ error: { message: 'm' } }, { status, headers })
    const response = await serve(answer).handler(post(question))
    expect(response.headers.get('x-should-retry')).toBe(said ?? null)
    expect(await catchError(fromResponse(response).finalText())).toMatchObject({
      retryable: expected,
    })
  },
)
