import type { StreamEvent } from '@vectrade/browser'
import { describe, expect, test } from 'vitest'
import { copyText } from './copy-text.ts'
import { facts } from './facts.ts'
import { advance, type Change, newTurn, type Turn } from './turn.ts'

const cite = (source: string, url = `https://example.com/${source}`): StreamEvent => ({
  type: 'citation',
  content: '',
  source,
  url,
})
const text = (content: string): StreamEvent => ({ type: 'text', content })

function after(...changes: (Change | StreamEvent)[]): Turn {
  return changes.reduce<Turn>(
    (turn, change, index) =>
      advance(
        turn,
        'content' in change ? { type: 'event', event: change, after: index * 1000 } : change,
      ),
    newTurn('Why?'),
  )
}

describe('advance', () => {
  test('waits until there is text', () => {
    const metadata: StreamEvent = { type: 'metadata', content: '', model: 'vq-1' }
    expect(after(metadata)).toMatchObject({ phase: 'waiting', model: 'vq-1', simulated: false })
    expect(after(metadata, text(''))).toMatchObject({ phase: 'waiting' })
    expect(after(metadata, text('a'), text('b'))).toMatchObject({
      phase: 'streaming',
      text: 'ab',
      firstTextAfter: 1000,
    })
  })

  test('says that it is simulated when the server does, and only then', () => {
    const metadata = (simulated: unknown): StreamEvent => ({
      type: 'metadata',
      content: '',
      simulated,
    })
    expect(after(metadata(true), metadata(undefined)).simulated).toBe(true)
    expect(after(metadata('yes')).simulated).toBe(false)
  })

  test('says that VecTrade did not write it when the server does', () => {
    const metadata = (origin: string): StreamEvent => ({
      type: 'metadata',
      content: '',
      model: 'llama3.2',
      origin,
    })
    expect(after(metadata('vectrade')).isElsewhere).toBe(false)
    const turn = after(metadata('upstream'), text('Yes.'))
    expect(turn).toMatchObject({ isElsewhere: true, simulated: false })
    expect(copyText(turn)).toBe('Written by llama3.2, not by VecTrade\n\nYes.')
  })

  test('says that the model stopped at its limit', () => {
    const done = (reason: string): StreamEvent =>
      ({ type: 'done', content: '', finish_reason: reason }) as StreamEvent
    expect(facts(after(text('Yes, bec'), done('length')))[0]).toBe('Cut off at the model’s limit')
    expect(after(text('Yes.'), done('stop')).isCut).toBe(false)
  })

  test('is about the symbols of the question, until the server names its own', () => {
    const turn = newTurn('AMD or INTC?')
    const metadata = (symbols: unknown): Change => ({
      type: 'event',
      event: { type: 'metadata', content: '', symbols },
      after: 0,
    })
    expect(turn.symbols).toEqual(['AMD', 'INTC'])
    expect(advance(turn, metadata([])).symbols).toEqual(['AMD', 'INTC'])
    expect(advance(turn, metadata(['NVDA', 7])).symbols).toEqual(['NVDA'])
  })

  test('ignores a model that is not a string', () => {
    const wire = { type: 'metadata', content: '', model: 7 } as unknown as StreamEvent
    expect(after(wire)).not.toHaveProperty('model')
  })

  test('numbers a source once', () => {
    const turn = after(text('One'), cite('a'), text(', two'), cite('b'), cite('a'))
    expect(turn.sources.map(({ source }) => source)).toEqual(['a', 'b'])
    expect(copyText(turn)).toBe(
      'One[1], two[2][1]\n\n[1] a https://example.com/a\n[2] b https://example.com/b',
    )
  })

  test('copies nothing for another citation', () => {
    const before = after(text('One'), cite('a'))
    const one = advance(before, { type: 'event', event: cite('b'), after: 1 })
    expect(one).not.toBe(before)
    expect([one.marks, one.sources, one.numbers]).toEqual([
      before.marks,
      before.sources,
      before.numbers,
    ])
    expect(one.marks).toBe(before.marks)
    expect(one.sources).toBe(before.sources)
  })

  test('places a mark directly after the text, before the white space that follows it', () => {
    const turn = after(text('One'), text(' \n'), text(' '), cite('a'), text('\nTwo '), cite('b'))
    expect(turn.marks.map(({ at }) => at)).toEqual([3, 10])
  })

  test('counts the same name at another address as another source', () => {
    const turn = after(cite('a', 'https://example.com/1'), cite('a', 'https://example.com/2'))
    expect(turn.sources).toHaveLength(2)
  })

  test('ignores unknown events', () => {
    const unknown: StreamEvent = { type: 'unknown', content: '', wireType: 'x', data: {} }
    expect(after(unknown)).toEqual(newTurn('Why?'))
  })

  test.each<Change>([
    { type: 'stopped' },
    { type: 'done', after: 9 },
    { type: 'failed', problem: { title: 'No', advice: '', canRetry: true } },
  ])('keeps what had arrived, and nothing comes after $type', (end) => {
    const turn = after(text('Half'), cite('a'), end)
    expect(turn).toMatchObject({ phase: end.type, sources: [{ source: 'a' }] })
    expect(turn.text).toMatch(/^Half/)
    expect(advance(turn, { type: 'event', event: text('more'), after: 99 })).toBe(turn)
    expect(advance(turn, { type: 'stopped' })).toBe(turn)
  })

  test('is plain data', () => {
    const turn = after(text('Half'), cite('a'), { type: 'done', after: 9 })
    expect(JSON.parse(JSON.stringify(turn))).toEqual(turn)
  })
})

describe('facts', () => {
  const usage = { prompt_tokens: 6, completion_tokens: 150 }

  test('tells the facts that are known', () => {
    const turn = { ...newTurn(''), firstTextAfter: 640, endedAfter: 4390, usage }
    expect(facts(turn)).toEqual([
      'First token after 640 ms',
      '150 tokens (question: 6)',
      'about 40 tokens/s',
    ])
  })

  test('invents nothing', () => {
    expect(facts(newTurn(''))).toEqual([])
    expect(facts({ ...newTurn(''), firstTextAfter: 1640, endedAfter: 9000 })).toEqual([
      'First token after 1.6 s',
    ])
    const odd = { completion_tokens: 'many' } as unknown as typeof usage
    expect(facts({ ...newTurn(''), firstTextAfter: 1, endedAfter: 9000, usage: odd })).toHaveLength(
      1,
    )
  })

  test('tells no speed if the answer came in one piece', () => {
    const turn = { ...newTurn(''), firstTextAfter: 640, endedAfter: 650, usage }
    expect(facts(turn)).toEqual(['First token after 640 ms', '150 tokens (question: 6)'])
  })
})
