import type { StreamEvent } from '@vectrade/core'
import {
  endChunk,
  sendChunks,
  sendJson,
  sendStream,
  textChunk,
  usageChunk,
} from '@vectrade/test-kit/model-server'
import { describe, expect, test } from 'vitest'
import { startModelSandbox } from '../test-support/model-sandbox.ts'
import { prompt } from '../test-support/raw-request.ts'

type Answer = Parameters<typeof startModelSandbox>[0]

/** Returns the events that a client of the sandbox gets if the model's server answers like this. */
async function eventsOf(answer: Answer): Promise<StreamEvent[]> {
  await using all = await startModelSandbox(answer)
  const events: StreamEvent[] = []
  for await (const event of all.client.ai.stream(prompt)) events.push(event)
  return events
}

const usage = { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 }
const yes = { type: 'text', content: 'Yes.' }
const metadata = expect.objectContaining({ type: 'metadata', model: 'test-model' })

describe('a model’s server may', () => {
  test('send the usage last, in a chunk without choices', async () => {
    const events = await eventsOf((response) =>
      sendStream(response, textChunk('Yes.'), endChunk(), usageChunk, '[DONE]'),
    )
    expect(events).toEqual([metadata, yes, { type: 'done', content: '', usage }])
  })

  test('send the usage so far with each chunk, or null', async () => {
    const counted = (count: number) => ({
      ...textChunk('word '),
      usage: { prompt_tokens: 9, completion_tokens: count },
    })
    const events = await eventsOf((response) =>
      sendStream(response, { ...textChunk('a '), usage: null }, counted(2), counted(3), endChunk()),
    )
    expect(events.at(-1)).toMatchObject({
      usage: { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 },
    })
  })

  test('send no usage', async () => {
    const events = await eventsOf((response) =>
      sendStream(response, textChunk('Yes.'), endChunk(), '[DONE]'),
    )
    expect(events.at(-1)).toEqual({ type: 'done', content: '' })
  })

  test('send no [DONE]', async () => {
    const events = await eventsOf((response) =>
      sendStream(response, textChunk('Yes.'), endChunk(), usageChunk),
    )
    expect(events).toEqual([metadata, yes, { type: 'done', content: '', usage }])
  })

  test('send no [DONE], and keep the connection open', async () => {
    const events = await eventsOf((response) =>
      sendChunks(response, textChunk('Yes.'), endChunk(), usageChunk),
    )
    expect(events).toEqual([metadata, yes, { type: 'done', content: '', usage }])
  })

  test('drop the connection after the last part', async () => {
    const events = await eventsOf((response) => {
      sendChunks(response, textChunk('Yes.'), endChunk(), usageChunk)
      setTimeout(() => response.destroy(), 50)
    })
    expect(events).toEqual([metadata, yes, { type: 'done', content: '', usage }])
  })

  test('send [DONE], and keep the connection open', async () => {
    const events = await eventsOf((response) => sendChunks(response, textChunk('Yes.'), '[DONE]'))
    expect(events).toEqual([metadata, yes, { type: 'done', content: '' }])
  })

  test('send a role without text, empty or null texts, and texts in parts', async () => {
    const delta = (fields: object): object => ({ choices: [{ index: 0, delta: fields }] })
    const events = await eventsOf((response) =>
      sendStream(
        response,
        delta({ role: 'assistant' }),
        delta({ role: 'assistant', content: '' }),
        delta({ content: null, tool_calls: [] }),
        // A list of parts.
        delta({ content: [{ type: 'thinking' }, { type: 'text', text: 'Yes.' }] }),
        endChunk(),
      ),
    )
    expect(events).toEqual([metadata, yes, { type: 'done', content: '' }])
  })

  test.each(['reasoning_content', 'reasoning'])(
    'send %s, which is an event of its own and no part of the text',
    async (name) => {
      const thought = { choices: [{ index: 0, delta: { [name]: 'Hm.', content: '' } }] }
      const events = await eventsOf((response) =>
        sendStream(response, thought, textChunk('Yes.'), endChunk(), '[DONE]'),
      )
      const data = { type: 'reasoning', text: 'Hm.' }
      expect(events).toEqual([
        metadata,
        { type: 'unknown', wireType: 'reasoning', content: '', data },
        yes,
        { type: 'done', content: '' },
      ])
    },
  )

  test('cut the answer off at its limit, and `done` says so', async () => {
    const answer: Answer = (response) =>
      sendStream(response, textChunk('Yes, bec'), endChunk('length'), usageChunk, '[DONE]')
    expect((await eventsOf(answer)).at(-1)).toEqual({
      type: 'done',
      content: '',
      usage,
      finish_reason: 'length',
    })
    await using all = await startModelSandbox(answer)
    const { metadata: fields } = await all.client.ai.analyze(prompt)
    expect(fields).toMatchObject({ finish_reason: 'length' })
  })

  test('end its lines with CRLF, in pieces of any size', async () => {
    const events = await eventsOf((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
      const chunks = [textChunk('Ye'), textChunk('s.'), endChunk(), usageChunk, '[DONE]']
      const lines = chunks.map(
        (chunk) => `data: ${typeof chunk === 'string' ? chunk : JSON.stringify(chunk)}`,
      )
      for (const character of `: hello\r\n\r\n${lines.join('\r\n\r\n')}\r\n\r\n`) {
        response.write(character)
      }
      response.end()
    })
    expect(events).toEqual([
      metadata,
      { type: 'text', content: 'Ye' },
      { type: 'text', content: 's.' },
      { type: 'done', content: '', usage },
    ])
  })

  test('answer with JSON although a stream was asked for', async () => {
    const message = { role: 'assistant', content: 'Yes.', reasoning_content: 'Hm.' }
    const choices = [{ index: 0, message, finish_reason: 'stop' }]
    const events = await eventsOf((response) => sendJson(response, 200, { choices, usage }))
    expect(events).toEqual([
      metadata,
      expect.objectContaining({ type: 'unknown', wireType: 'reasoning' }),
      yes,
      { type: 'done', content: '', usage },
    ])
  })

  test('refuse the option for the usage', async () => {
    const events = await eventsOf((response, { body }) => {
      const error = { message: 'Extra inputs are not permitted: stream_options' }
      if (body.stream_options) sendJson(response, 422, { error })
      else sendStream(response, textChunk('Yes.'), endChunk(), '[DONE]')
    })
    expect(events).toEqual([metadata, yes, { type: 'done', content: '' }])
  })
})
