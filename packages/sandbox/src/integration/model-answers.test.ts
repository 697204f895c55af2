import type { StreamEvent } from '@vectrade/core'
import { endChunk, sendStream, textChunk, usageChunk } from '@vectrade/test-kit/model-server'
import { describe, expect, test } from 'vitest'
import { startModelSandbox } from '../test-support/model-sandbox.ts'
import { prompt, rawRequest } from '../test-support/raw-request.ts'

const chunks = [
  { choices: [{ index: 0, delta: { role: 'assistant', content: '' } }] },
  textChunk('Demand is '),
  textChunk('high ([10-K](https://www.sec.gov/x)'),
  textChunk(').'),
  endChunk(),
  usageChunk,
  '[DONE]',
]
const text = 'Demand is high ([10-K](https://www.sec.gov/x)).'
const usage = { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 }
const citations = [{ source: '10-K', url: 'https://www.sec.gov/x' }]

describe('the answer of a model', () => {
  test('comes as metadata, text, citations and done, labelled with its model', async () => {
    await using all = await startModelSandbox((response) => sendStream(response, ...chunks))
    const events: StreamEvent[] = []
    for await (const event of all.client.ai.stream(prompt)) events.push(event)
    expect(events.map(({ type }) => type)).toEqual([
      'metadata',
      'text',
      'text',
      'citation',
      'text',
      'done',
    ])
    expect(events[0]).toEqual({
      type: 'metadata',
      content: '',
      model: 'test-model',
      simulated: false,
      origin: 'upstream',
      notice: expect.stringContaining('VecTrade did not write it'),
      symbols: ['NVDA'],
    })
    expect(events.map(({ content }) => content).join('')).toBe(text)
    expect(events.at(-1)).toEqual({ type: 'done', content: '', usage })
    expect(all.sandbox.requests[0]).toMatchObject({ eventsSent: 6, closed: 'finished' })
  })

  test('comes as JSON too', async () => {
    await using all = await startModelSandbox((response) => sendStream(response, ...chunks))
    const answer = await all.client.ai.analyze(prompt)
    expect(answer).toMatchObject({ text, citations, usage })
    expect(answer.metadata).toMatchObject({ model: 'test-model', origin: 'upstream' })
    // Streams from the model can be ended. So it is asked for one in any case.
    expect(all.server.requests[0]?.body.stream).toBe(true)
  })

  test('spells its usage as the options say', async () => {
    const options = { usage: 'camel' } as const
    await using all = await startModelSandbox(
      (response) => sendStream(response, ...chunks),
      options,
    )
    const { body } = await rawRequest(all.sandbox)
    expect(body.toString()).toContain('"usage":{"promptTokens":9,')
  })

  test('is asked for with the prompt, its symbols and the system prompt, and no key', async () => {
    await using all = await startModelSandbox((response) => sendStream(response, ...chunks))
    await all.client.ai.stream({ prompt: 'Which one?', symbols: ['NVDA', 'AMD'] }).finalText()
    const [request] = all.server.requests
    expect(request?.path).toBe('/v1/chat/completions')
    expect(request?.body).toEqual({
      model: 'test-model',
      messages: [
        { role: 'system', content: expect.stringContaining('stocks') },
        { role: 'user', content: 'Which one?\n\nTicker symbols: NVDA, AMD' },
      ],
      stream: true,
      stream_options: { include_usage: true },
    })
    expect(request?.headers['authorization']).toBeUndefined()
    expect(JSON.stringify(request)).not.toContain(all.sandbox.apiKey)
  })

  test('is asked for with a key and a system prompt of one’s own', async () => {
    await using all = await startModelSandbox((response) => sendStream(response, ...chunks), {
      model: { apiKey: 'sk-secret', system: '' },
    })
    await all.client.ai.stream(prompt).finalText()
    const [request] = all.server.requests
    expect(request?.headers['authorization']).toBe('Bearer sk-secret')
    expect(request?.body.messages).toEqual([{ role: 'user', content: prompt }])
    expect(JSON.stringify(all.sandbox.requests)).not.toContain('sk-secret')
  })
})

describe('requests with the same Idempotency-Key', () => {
  const headers = { 'idempotency-key': 'one' }

  test('ask the model once, also at the same time, and get the same answer', async () => {
    await using all = await startModelSandbox((response) => sendStream(response, ...chunks))
    const ask = (): ReturnType<typeof rawRequest> => rawRequest(all.sandbox, { headers })
    const answers = [...(await Promise.all([ask(), ask()])), await ask()]
    expect(new Set(answers.map(({ body }) => body.toString())).size).toBe(1)
    expect(answers[2]?.headers.get('idempotent-replayed')).toBe('true')
    expect(all.server.requests).toHaveLength(1)
    expect(all.sandbox.analysesRun).toBe(1)
  })

  test('ask the model again after a failure', async () => {
    let asked = 0
    await using all = await startModelSandbox((response) => {
      asked += 1
      if (asked === 1) response.writeHead(503).end()
      else sendStream(response, ...chunks)
    })
    expect((await rawRequest(all.sandbox, { headers })).status).toBe(503)
    const second = await rawRequest(all.sandbox, { headers })
    expect(second.status).toBe(200)
    expect(second.headers.has('idempotent-replayed')).toBe(false)
  })

  test('ask the model again after a fault has cut its answer', async () => {
    await using all = await startModelSandbox((response) => sendStream(response, ...chunks), {
      client: { maxRetries: 2 },
      faults: [{ status: 503 }, {}],
    })
    expect(await all.client.ai.stream(prompt).finalText()).toBe(text)
    // The fault came instead of the model.
    expect(all.server.requests).toHaveLength(1)
    const cut = await rawRequest(all.sandbox, { headers, fault: { cutAfterEvents: 2 } })
    expect(cut.end).toBe('fin')
    await expect.poll(() => all.server.requests[1]?.isOver).toBe(true)
    const whole = await rawRequest(all.sandbox, { headers, fault: {} })
    expect(whole.terminated).toBe(true)
  })
})

describe('faults', () => {
  test('insert, count and leave out events', async () => {
    await using all = await startModelSandbox((response) => sendStream(response, ...chunks))
    const fault = { events: 5, ids: true, noDoneMarker: true, unknownAfterEvents: 2 }
    const { body } = await rawRequest(all.sandbox, { fault })
    const lines = body.toString()
    expect(lines.match(/"type":"text"/g)).toHaveLength(5)
    expect(lines).toMatch(/id: 2\ndata: .*\n\ndata: {"type":"progress"/)
    expect(lines).toContain('"completion_tokens":5,"total_tokens":14')
    expect(lines).not.toContain('[DONE]')
  })

  test('end the answer with an error', async () => {
    await using all = await startModelSandbox((response) => sendStream(response, ...chunks))
    const fault = { errorAfterEvents: 2, errorType: 'rate_limit_error' }
    const { body } = await rawRequest(all.sandbox, { fault })
    expect(body.toString()).toMatch(/Demand is "}\n\nevent: error\ndata: .*rate_limit_error/)
  })
})
