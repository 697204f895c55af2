import { expect, test, vi } from 'vitest'
import { Body, catchError } from '../test-support/body.ts'
import { fail, mockTime, never, scripted } from '../test-support/scripted.ts'
import { RequestAbortedError } from '../index.ts'

mockTime()

test('an answer in JSON is an Analysis', async () => {
  const body = {
    content: 'Héllo',
    citations: [{ source: 's', url: 'u' }, 'no citation'],
    metadata: { model: 'm' },
    usage: { prompt_tokens: 1 },
  }
  const { client, sent } = scripted([
    () => Response.json(body, { headers: { 'x-request-id': 'r' } }),
  ])
  expect(await client.ai.analyze('p')).toEqual({
    text: 'Héllo',
    citations: [{ source: 's', url: 'u' }],
    metadata: { model: 'm' },
    usage: { prompt_tokens: 1 },
    requestId: 'r',
  })
  expect(sent[0]?.init.body).toBe('{"prompt":"p","stream":false}')
  expect(new Headers(sent[0]?.init.headers).get('accept')).toBe('application/json')
})

test.for<[string, () => Response, string]>([
  ['422', fail(422), 'ValidationError'],
  ['no JSON', () => new Response('<html>'), 'StreamProtocolError'],
  ['another JSON', () => Response.json([]), 'StreamProtocolError'],
  ['204', () => new Response(null, { status: 204 }), 'StreamProtocolError'],
  ['too much', () => Response.json({ content: 'x'.repeat(200) }), 'StreamProtocolError'],
  [
    'a broken body',
    () =>
      new Response(new ReadableStream({ pull: () => Promise.reject(new TypeError('terminated')) })),
    'StreamInterruptedError',
  ],
])('an answer that is none fails with an error of the SDK: %s', async ([, answer, name]) => {
  const { client } = scripted([answer], { maxRetries: 0, maxEventBytes: 100 })
  expect(await catchError(client.ai.analyze('p'))).toMatchObject({ name })
})

test('idleTimeout applies to the whole answer', async () => {
  const dripping = (): Response =>
    new Response(
      new ReadableStream({
        async pull(controller) {
          await new Promise((resolve) => setTimeout(resolve, 20))
          controller.enqueue(new TextEncoder().encode(' '))
        },
      }),
    )
  const { client } = scripted([dripping], { idleTimeout: 150, heartbeatTimeout: 60 })
  const error = catchError(client.ai.analyze('p'))
  await vi.advanceTimersByTimeAsync(200)
  expect(await error).toMatchObject({ name: 'TimeoutError', phase: 'idle' })
})

test('usage has both spellings', async () => {
  const usage = { promptTokens: 1, completionTokens: 2, totalTokens: 3 }
  const { client } = scripted([() => Response.json({ content: 'a', usage })])
  expect((await client.ai.analyze('p')).usage).toEqual({
    ...usage,
    prompt_tokens: 1,
    completion_tokens: 2,
    total_tokens: 3,
  })
})

test('an error with status 200 is an error', async () => {
  const body = { error: { type: 'server_error', message: 'Said' } }
  const error = await catchError(scripted([() => Response.json(body)]).client.ai.analyze('p'))
  expect(error).toMatchObject({ name: 'ServerError', message: 'Said', retryable: true })
})

test('an abort ends the call before the response, and no timer is left', async () => {
  const { client } = scripted([never])
  const controller = new AbortController()
  const error = catchError(client.ai.analyze('p', { signal: controller.signal }))
  await vi.advanceTimersByTimeAsync(10)
  controller.abort('why')
  expect(await error).toMatchObject({ name: 'RequestAbortedError', cause: 'why' })
})

test('an abort or close() ends the call during the body, even if fetch ignores its signal', async () => {
  const { client } = scripted([() => new Response(new ReadableStream({}))], {
    heartbeatTimeout: 0,
  })
  const controller = new AbortController()
  const aborted = catchError(client.ai.analyze('p', { signal: controller.signal }))
  const closed = catchError(client.ai.analyze('p'))
  await vi.advanceTimersByTimeAsync(10)
  controller.abort('why')
  expect(await aborted).toMatchObject({ name: 'RequestAbortedError', cause: 'why' })
  client.close()
  expect(await closed).toMatchObject({ name: 'RequestAbortedError' })
})

test('an answer is not returned if the call is aborted before its end', async () => {
  const body = new Body(['{"content":"whole"}'], 'hang')
  const { client } = scripted([() => new Response(body.stream)])
  const controller = new AbortController()
  const outcome = catchError(client.ai.analyze('p', controller))
  await vi.advanceTimersByTimeAsync(10)
  controller.abort()
  await vi.advanceTimersByTimeAsync(0)
  expect(await outcome).toBeInstanceOf(RequestAbortedError)
})
