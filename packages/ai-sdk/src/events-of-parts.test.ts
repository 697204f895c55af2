import { describe, expect, test, vi } from 'vitest'
import { EventsOfParts } from './events-of-parts.ts'
import type { AnyPart } from './model-part.ts'

function eventsOf(parts: AnyPart[], settings = {}): unknown[] {
  const events = new EventsOfParts(settings)
  for (const part of parts) events.add(part)
  const taken = []
  for (let event = events.take(); event !== undefined; event = events.take()) taken.push(event)
  return taken
}

const page = { type: 'source', sourceType: 'url', id: '1', url: 'https://example.com/a' }

describe('a source', () => {
  test('becomes one citation, however often it is named', () => {
    const citation = { source: { ...page, title: 'A' }, startIndex: 0 }
    const parts = [
      { ...page, title: 'A' },
      { ...page, title: 'A' },
      { type: 'text-end', id: '1', citations: [citation, citation] },
    ]
    expect(eventsOf(parts)).toEqual([
      { type: 'citation', content: '', source: 'A', url: 'https://example.com/a' },
    ])
  })

  test('without a title has the name of its site, or of its file', () => {
    const file = { type: 'source', sourceType: 'document', id: '2', title: '', filename: 'a.pdf' }
    expect(eventsOf([page, file])).toEqual([
      { type: 'citation', content: '', source: 'example.com', url: 'https://example.com/a' },
      { type: 'citation', content: '', source: 'a.pdf', url: '' },
    ])
  })
})

describe('a finish part', () => {
  test.for<[string, object, object | undefined]>([
    [
      'version 4 of the specification',
      { usage: { inputTokens: { total: 1 }, outputTokens: { total: 2 } } },
      { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
    ],
    [
      'version 2 of the specification',
      { usage: { inputTokens: 1, outputTokens: 2, totalTokens: 4 } },
      { prompt_tokens: 1, completion_tokens: 2, total_tokens: 4 },
    ],
    [
      'streamText',
      { totalUsage: { inputTokens: 1, outputTokens: undefined, totalTokens: undefined } },
      { prompt_tokens: 1 },
    ],
    ['a provider that counts nothing', { usage: { inputTokens: {}, outputTokens: {} } }, undefined],
  ])('has the usage of %s', ([, fields, usage]) => {
    const events = eventsOf([{ type: 'finish', finishReason: 'stop', ...fields }])
    expect(events.at(-1)).toEqual({ type: 'done', content: '', ...(usage && { usage }) })
  })

  test.for([
    ['length', 'length'],
    [{ unified: 'content-filter', raw: 'SAFETY' }, 'content-filter'],
    [undefined, 'other'],
  ])('has the reason %o', ([finishReason, finish_reason]) => {
    const events = eventsOf([{ type: 'finish', finishReason }])
    expect(events[0]).toEqual({ type: 'metadata', content: '', finish_reason })
  })

  test('names the model that has answered, and otherwise the one that was asked', () => {
    const end = { type: 'finish', finishReason: 'stop' }
    const named = { type: 'response-metadata', modelId: 'm-2026' }
    const step = { type: 'finish-step', response: { modelId: 'm-2027' } }
    const models = [[end], [named, end], [step, end]].map(
      (parts) => (eventsOf(parts, { model: 'm' })[0] as { model: string }).model,
    )
    expect(models).toEqual(['m', 'm-2026', 'm-2027'])
  })
})

test('an empty piece of text makes no event', () => {
  expect(eventsOf([{ type: 'text-delta', delta: '' }, { type: 'text-start' }])).toEqual([])
})

test('a tool that fails shows nothing of its error', () => {
  const call = { toolCallId: 'c', toolName: 'quote' }
  const parts = [
    { ...call, type: 'tool-error', error: new Error('secret') },
    { ...call, type: 'tool-result', isError: true, result: 'secret' },
  ]
  const event = { type: 'tool_result', content: '', id: 'c', name: 'quote', failed: true }
  expect(eventsOf(parts, { events: { tool_result: true } })).toEqual([event, event])
})

test('the input of a tool that is no JSON is passed on as it is', () => {
  const part = { type: 'tool-call', toolCallId: 'c', toolName: 'quote', input: '{' }
  expect(eventsOf([part], { events: { tool_call: true } })).toMatchObject([{ input: '{' }])
})

test('warnings go to the logger', () => {
  const warn = vi.fn()
  const warnings = [
    { type: 'unsupported', feature: 'topK', details: 'Ignored' },
    { type: 'other', message: 'Old model' },
  ]
  eventsOf([{ type: 'stream-start', warnings }], { logger: { warn } })
  expect(warn.mock.calls).toEqual([
    ['The model warns: unsupported, topK, Ignored'],
    ['The model warns: other, Old model'],
  ])
})
