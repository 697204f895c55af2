import { expect, describe, test, vi } from 'vitest'
import {
  type CallEnd,
  type Instrumentation,
  RequestAbortedError,
  VecTrade,
  type VecTradeOptions,
} from '../index.ts'
import { recording } from '../test-support/recording.ts'
import { fail, mockTime, never, ok, run, scripted } from '../test-support/scripted.ts'

mockTime()

const withUsage = (): Response =>
  new Response(
    [
      { type: 'metadata', model: 'analyst-2' },
      { type: 'text', content: '' },
      { type: 'text', content: 'Up' },
      { type: 'done', usage: { total_tokens: 7 } },
    ]
      .map((event) => `data: ${JSON.stringify(event)}\n\n`)
      .join(''),
    { headers: { 'content-type': 'text/event-stream', 'x-request-id': 'req_1' } },
  )

test('the hooks see a call from its first use to its end', async () => {
  const { instrumentation, seen, ends } = recording()
  const { client } = scripted([fail(503), withUsage], { instrumentation })
  const stream = client.ai.stream('p')
  expect(seen).toEqual([])
  const reading = stream.finalText()
  expect(seen).toEqual(['stream https://e/v1/ai/analyze'])
  await vi.runAllTimersAsync()
  expect(await reading).toBe('Up')
  expect(seen.slice(1)).toEqual([
    'POST 1',
    '503 to 1',
    'service_unavailable 1 500',
    'POST 2',
    '200 to 2',
    'metadata',
    'text',
    'first text',
    'text',
    'done',
    'complete',
  ])
  expect(ends).toEqual([
    {
      outcome: 'complete',
      requestId: 'req_1',
      events: 4,
      metadata: { model: 'analyst-2' },
      usage: { total_tokens: 7 },
    },
  ])
})

describe('onEnd is called once', () => {
  const endOf = async (
    use: (client: VecTrade, signal: AbortSignal, abort: () => void) => Promise<unknown>,
    answers: (() => Response | Promise<Response>)[] = [ok],
    options: VecTradeOptions = {},
  ): Promise<CallEnd> => {
    const { instrumentation, ends } = recording()
    const { client } = scripted(answers, { ...options, instrumentation })
    const controller = new AbortController()
    const using = use(client, controller.signal, () => controller.abort('why')).catch(() => {})
    await vi.runAllTimersAsync()
    await using
    client.close()
    expect(ends).toHaveLength(1)
    return ends[0]!
  }

  test('after a break', async () => {
    const end = await endOf(async (client) => {
      for await (const _ of client.ai.stream('p')) break
    })
    expect(end).toMatchObject({ outcome: 'cancelled', events: 1 })
  })

  test('after the last event, even if the program reads no further', async () => {
    const end = await endOf(async (client) => {
      for await (const { type } of client.ai.stream('p')) if (type === 'done') break
    })
    expect(end.outcome).toBe('complete')
  })

  test('for a stream that is asked for its response only, and cancelled', async () => {
    const end = await endOf(async (client) => {
      const stream = client.ai.stream('p')
      await stream.response
      await stream.cancel()
    })
    expect(end).toMatchObject({ outcome: 'cancelled', events: 0 })
  })

  test('for a stream whose client is closed', async () => {
    const end = await endOf(async (client) => {
      await client.ai.stream('p').response
    })
    expect(end).toMatchObject({ outcome: 'failed', error: { code: 'request_aborted' } })
  })

  test('after an abort, before and after the response', async () => {
    for (const answers of [[ok], [never]]) {
      const end = await endOf(async (client, signal, abort) => {
        const stream = client.ai.stream('p', { signal, timeout: 0 })
        const reading = stream.response
        await Promise.race([reading, vi.advanceTimersByTimeAsync(10)])
        abort()
        await stream.finalText()
      }, answers)
      expect(end.outcome).toBe('failed')
      expect(end.error).toBeInstanceOf(RequestAbortedError)
    }
  })

  test('for a call that is aborted before its hooks are loaded', async () => {
    const end = await endOf(async (client, signal, abort) => {
      const reading = client.ai.stream('p', { signal }).finalText()
      abort()
      await reading
    })
    expect(end.error).toBeInstanceOf(RequestAbortedError)
  })

  test('after a failure', async () => {
    const end = await endOf((client) => client.ai.stream('p').finalText(), [fail(404)])
    expect(end).toMatchObject({ outcome: 'failed', error: { code: 'not_found' } })
  })

  test('for a branch of a tee that is left, when the other one ends', async () => {
    const end = await endOf(async (client) => {
      const [a, b] = client.ai.stream('p').tee()
      await a.cancel()
      await b.finalText()
    })
    expect(end.outcome).toBe('complete')
  })

  test('by analyze()', async () => {
    const answer = (): Response =>
      Response.json({ content: 'Up', metadata: { model: 'm' }, usage: { total_tokens: 3 } })
    const { instrumentation, seen, ends } = recording()
    const { client } = scripted([answer], { instrumentation })
    await client.ai.analyze('p')
    expect(seen).toEqual([
      'analyze https://e/v1/ai/analyze',
      'POST 1',
      '200 to 1',
      'first text',
      'complete',
    ])
    expect(ends[0]).toMatchObject({
      events: 0,
      metadata: { model: 'm' },
      usage: { total_tokens: 3 },
    })
    const failed = await endOf((failing) => failing.ai.analyze('p'), [fail(422)])
    expect(failed).toMatchObject({ outcome: 'failed', error: { code: 'validation_error' } })
  })
})

test('a call whose signal is already aborted does not begin', async () => {
  const { instrumentation, seen } = recording()
  const { client } = scripted([ok], { instrumentation })
  expect(await run(client, { signal: AbortSignal.abort() })).toBeInstanceOf(RequestAbortedError)
  await client.ai.stream('p').cancel()
  expect(seen).toEqual([])
})

test('the prompt is given only if the instrumentation asks for it', async () => {
  const calls: object[] = []
  const onCall = (call: object): void => void calls.push(call)
  for (const content of [undefined, false, true]) {
    const { client } = scripted([ok], { instrumentation: { content, onCall } })
    const reading = client.ai.stream({ prompt: 'p', symbols: ['NVDA'] }).finalText()
    await vi.runAllTimersAsync()
    await reading
  }
  const call = { operation: 'stream', url: 'https://e/v1/ai/analyze' }
  expect(calls).toEqual([call, call, { ...call, prompt: 'p', symbols: ['NVDA'] }])
})

test('the text of the answer is given only if the instrumentation asks for it', async () => {
  const json = (): Response => Response.json({ content: 'Up', metadata: {} })
  const texts: (string | undefined)[] = []
  for (const content of [undefined, true]) {
    const instrumentation: Instrumentation = {
      content,
      onCall: () => ({ onEnd: (end) => texts.push(end.text) }),
    }
    const { client } = scripted([ok, json, ok], { instrumentation })
    await run(client)
    await client.ai.analyze('p')
    for await (const { type } of client.ai.stream('p')) if (type === 'text') break
  }
  expect(texts).toEqual([undefined, undefined, undefined, 'Héllo world', 'Up', 'Héllo '])
})

test('the URL has no query', async () => {
  const { instrumentation, seen } = recording()
  const endpoint = 'https://app.example/api/analyze?session=secret'
  const client = new VecTrade({ endpoint, instrumentation, fetch: async () => ok() })
  expect(await run(client)).toBe('Héllo world')
  expect(seen[0]).toBe('stream https://app.example/api/analyze')
  expect(JSON.stringify(seen)).not.toContain('secret')
})

test.for([null, 'otel', {}, { onCall: true }])('%j is no instrumentation', (instrumentation) => {
  const options = { apiKey: 'vq_a', instrumentation } as unknown as VecTradeOptions
  expect(() => new VecTrade(options)).toThrow(
    '`instrumentation` must be an object with the method `onCall`',
  )
})
