import { afterEach, describe, expect, test, vi } from 'vitest'
import { type Logger, type LogLevel, VecTrade, type VecTradeOptions } from '../index.ts'
import { fail, mockTime, ok, run, scripted } from '../test-support/scripted.ts'

mockTime()
afterEach(() => vi.restoreAllMocks())

type Line = [level: string, ...given: unknown[]]

/** A logger that notes what it gets. */
function noting(further: object = {}): { logger: Logger; lines: Line[] } {
  const lines: Line[] = []
  const methods = ['debug', 'info', 'warn', 'error'].map((level) => [
    level,
    (...given: unknown[]) => void lines.push([level, ...given]),
  ])
  return { logger: { ...Object.fromEntries(methods), ...further }, lines }
}

const withRequestId = (): Response => {
  const response = ok()
  response.headers.set('x-request-id', 'req_1')
  return response
}

async function linesOf(options: VecTradeOptions, answers = [withRequestId]): Promise<Line[]> {
  const { logger, lines } = noting()
  await run(scripted(answers, { logger, ...options }).client)
  return lines
}

describe('with the level', () => {
  test('info, a call has one message, at its end', async () => {
    const lines = await linesOf({ logLevel: 'info' })
    expect(lines).toEqual([
      [
        'info',
        expect.stringMatching(/^vectrade: call \d+ complete, 5 events in 0 ms, request req_1$/),
        {
          event: 'call.end',
          call: expect.any(Number),
          operation: 'stream',
          outcome: 'complete',
          code: undefined,
          status: 200,
          requestId: 'req_1',
          events: 5,
          firstTextMs: 0,
          ms: 0,
        },
      ],
    ])
  })

  test('debug, each step has one, with the number of the call', async () => {
    const lines = await linesOf({ logLevel: 'debug' }, [fail(503), withRequestId])
    const fields = lines.map(([level, , given]) => Object.assign({ level }, given))
    expect(fields).toMatchObject([
      { level: 'debug', event: 'call.start', operation: 'stream', url: 'https://e/v1/ai/analyze' },
      { level: 'debug', event: 'call.attempt', attempt: 1, method: 'POST' },
      { level: 'debug', event: 'call.response', attempt: 1, status: 503 },
      { level: 'warn', event: 'call.retry', attempt: 1, code: 'service_unavailable', delayMs: 500 },
      { level: 'debug', event: 'call.attempt', attempt: 2 },
      { level: 'debug', event: 'call.response', attempt: 2, status: 200, requestId: 'req_1' },
      { level: 'debug', event: 'call.firstText' },
      { level: 'info', event: 'call.end', outcome: 'complete', ms: 500 },
    ])
    expect(new Set(fields.map((given) => (given as { call?: number }).call)).size).toBe(1)
  })

  test.for<[LogLevel | undefined, string[]]>([
    [undefined, ['warn']],
    ['warn', ['warn']],
    ['error', []],
    ['off', []],
  ])('%s, a retried call has the messages %j', async ([logLevel, levels]) => {
    const lines = await linesOf({ logLevel }, [fail(503), ok])
    expect(lines.map(([level]) => level)).toEqual(levels)
  })

  test('info, a failed call has the code of its error', async () => {
    const [line] = await linesOf({ logLevel: 'info' }, [fail(404)])
    expect(line?.[2]).toMatchObject({ outcome: 'failed', code: 'not_found', status: 404 })
  })
})

test('no level logs a prompt, an answer, a key, a header or the message of an error', async () => {
  const secrets = ['vq_canary', 'prompt_canary', 'payload_canary', 'header_canary', 'query_canary']
  const refused = (): Response =>
    Response.json({ message: 'payload_canary vq_canary' }, { status: 503 })
  const answer = (): Response =>
    new Response('data: {"type":"text","content":"payload_canary"}\n\ndata: [DONE]\n\n', {
      headers: { 'content-type': 'text/event-stream' },
    })
  const bad = (): Response =>
    new Response('data: payload_canary\n\n', { headers: { 'content-type': 'text/event-stream' } })
  for (const answers of [
    [refused, answer],
    [bad],
    [() => Promise.reject(new Error('payload_canary'))],
  ]) {
    const { logger, lines } = noting()
    let at = 0
    const fetch = async (): Promise<Response> => answers[Math.min(at++, answers.length - 1)]!()
    const given = {
      logger,
      logLevel: 'debug',
      fetch,
      headers: { 'x-auth': 'header_canary' },
    } as const
    const clients = [
      new VecTrade({ ...given, apiKey: 'vq_canary', baseURL: 'https://e/v1' }),
      new VecTrade({ ...given, endpoint: 'https://app.example/api?q=query_canary' }),
    ]
    for (const client of clients) {
      at = 0
      const reading = client.ai
        .stream('prompt_canary')
        .finalText()
        .catch(() => {})
      await vi.runAllTimersAsync()
      await reading
    }
    expect(lines.length).toBeGreaterThan(4)
    for (const secret of secrets) expect(JSON.stringify(lines)).not.toContain(secret)
  }
})

test('a logger of pino gets the fields first', async () => {
  const { logger, lines } = noting({ bindings: () => ({}) })
  await run(scripted([ok], { logger, logLevel: 'info' }).client)
  expect(lines).toEqual([
    [
      'info',
      expect.objectContaining({ event: 'call.end' }),
      expect.stringMatching(/^vectrade: call/),
    ],
  ])
})

test('a logger that throws or rejects does nothing else', async () => {
  const failing = (): Promise<void> => Promise.reject(new Error('log broke'))
  for (const further of [{}, { bindings: () => ({}) }]) {
    const logger = { debug: failing, info: failing, warn: failing, ...further }
    const { client } = scripted([fail(503), ok], { logger, logLevel: 'debug' })
    expect(await run(client)).toBe('Héllo world')
  }
})

describe('console', () => {
  const spies = () => ({
    info: vi.spyOn(console, 'info').mockReturnValue(),
    warn: vi.spyOn(console, 'warn').mockReturnValue(),
  })

  test('gets the messages only', async () => {
    const { info } = spies()
    await run(scripted([ok], { logger: console, logLevel: 'info' }).client)
    expect(info.mock.calls).toEqual([[expect.stringMatching(/^vectrade: call \d+ complete/)]])
  })

  test('is the logger if VECTRADE_LOG or `logLevel` is set, and no other is given', async () => {
    const { info, warn } = spies()
    const env = (name: string): string | undefined => (name === 'VECTRADE_LOG' ? 'info' : undefined)
    await run(scripted([ok], {}, { env }).client)
    expect(info).toHaveBeenCalledTimes(1)
    await run(scripted([ok], { logLevel: 'info' }).client)
    expect(info).toHaveBeenCalledTimes(2)
    await run(scripted([ok], { logLevel: 'off' }, { env }).client)
    await run(scripted([fail(503), ok]).client)
    expect(info).toHaveBeenCalledTimes(2)
    expect(warn).not.toHaveBeenCalled()
  })

  test('says that VECTRADE_LOG is wrong', async () => {
    const { info, warn } = spies()
    const env = (name: string): string | undefined => (name === 'VECTRADE_LOG' ? 'loud' : undefined)
    await run(scripted([ok], {}, { env }).client)
    expect(warn.mock.calls).toEqual([
      ['vectrade: VECTRADE_LOG must be debug, info, warn, error or off'],
    ])
    expect(info).not.toHaveBeenCalled()
  })
})

test.for(['verbose', '', null, 3])('%j is no level', (logLevel) => {
  const options = { apiKey: 'vq_a', logLevel } as unknown as VecTradeOptions
  expect(() => new VecTrade(options)).toThrow(
    "`logLevel` must be 'debug', 'info', 'warn', 'error' or 'off'",
  )
})
