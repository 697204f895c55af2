import { describe, expect, test } from 'vitest'
import type { OtherEvent, StreamEvent } from '@vectrade/core'
import { PartsOfEvents, sourceOf } from './parts-of-events.ts'

function partsOf(...events: (StreamEvent | OtherEvent)[]): unknown[] {
  const parts = new PartsOfEvents()
  return [...events.flatMap((event) => parts.of(event)), ...parts.end()]
}

test('the text is one block, and citations stand where they came', () => {
  const parts = partsOf(
    { type: 'text', content: '' },
    { type: 'text', content: 'a' },
    { type: 'citation', content: '', source: 'A', url: 'https://a.example/' },
    { type: 'text', content: 'b' },
  )
  expect(parts).toMatchObject([
    { type: 'text-start', id: 'text-1' },
    { type: 'text-delta', id: 'text-1', delta: 'a' },
    { type: 'source', id: 'citation-1', title: 'A' },
    { type: 'text-delta', id: 'text-1', delta: 'b' },
    { type: 'text-end', id: 'text-1' },
    { type: 'finish' },
  ])
})

test('events of other types become custom parts', () => {
  const chart = { type: 'chart', content: '', points: [1] } as const
  const news = { type: 'unknown', content: '', wireType: 'news', data: { type: 'news' } } as const
  expect(partsOf(chart, news).slice(0, 2)).toEqual([
    {
      type: 'custom',
      kind: 'vectrade.chart',
      providerMetadata: { vectrade: { data: { points: [1] } } },
    },
    {
      type: 'custom',
      kind: 'vectrade.news',
      providerMetadata: { vectrade: { data: { type: 'news' } } },
    },
  ])
})

test('the text after an event of another type is another block', () => {
  const chart = { type: 'chart', content: '', points: [1] } as const
  const text = { type: 'text', content: 'a' } as const
  expect(partsOf(text, chart, chart, text)).toMatchObject([
    { type: 'text-start', id: 'text-1' },
    { type: 'text-delta', id: 'text-1' },
    { type: 'text-end', id: 'text-1' },
    { type: 'custom' },
    { type: 'custom' },
    { type: 'text-start', id: 'text-2' },
    { type: 'text-delta', id: 'text-2' },
    { type: 'text-end', id: 'text-2' },
    { type: 'finish' },
  ])
})

test.for(['javascript:alert(1)', '', '/a'])('the URL %o is no URL of a source', (url) => {
  expect(sourceOf({ source: 'A', url }, 0)).toEqual({
    type: 'source',
    sourceType: 'document',
    id: 'citation-1',
    mediaType: 'text/plain',
    title: 'A',
  })
})

describe('the reason to finish', () => {
  test.for([
    [{}, 'stop', undefined],
    [{ finish_reason: 'length' }, 'length', 'length'],
    [{ finish_reason: 'odd' }, 'other', 'odd'],
    [{ finish_reason: 1 }, 'stop', undefined],
    [{ finish_reason: 'content_filter' }, 'content-filter', 'content_filter'],
    [{ finish_reason: 'stopped' }, 'other', 'stopped'],
  ] as const)('of %o is %s, in the metadata or at the end', ([fields, unified, raw]) => {
    for (const type of ['metadata', 'done'] as const) {
      const parts = partsOf({ type, content: '', ...fields })
      expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: { unified, raw } })
    }
  })
})

test('a failed answer ends its text, and has the error and what is known', () => {
  const parts = new PartsOfEvents()
  parts.of({ type: 'text', content: 'a' })
  const error = new Error('no')
  expect(parts.fail(error)).toMatchObject([
    { type: 'text-end' },
    { type: 'error', error },
    { type: 'finish', finishReason: { unified: 'error' } },
  ])
})

test.for([null, 7, 'many'])('usage that is not an object is left out: %j', (usage) => {
  const [finish] = partsOf({ type: 'done', content: '', usage } as never)
  expect(finish).not.toHaveProperty('usage.raw')
})

test('counts that are not numbers are unknown', () => {
  const usage = { prompt_tokens: '9', completion_tokens: Number.NaN }
  const [finish] = partsOf({ type: 'done', content: '', usage } as never)
  expect(finish).toMatchObject({
    usage: { inputTokens: { total: undefined }, outputTokens: { total: undefined } },
  })
})
