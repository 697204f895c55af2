import {
  createAnalysis,
  ServerError,
  type StreamEvent,
  toResponse,
  VecTrade,
} from '@vectrade/browser'
import { describe, expect, test } from 'vitest'
import { copyText } from './copy-text.ts'
import { facts } from './facts.ts'
import { type Turn, TurnMaker } from './turn.ts'

const text = (content: string): StreamEvent => ({ type: 'text', content })
const cite = (source: string, url = `https://example.com/${source}`): StreamEvent => ({
  type: 'citation',
  content: '',
  source,
  url,
})
const metadata = (fields: object): StreamEvent => ({ type: 'metadata', content: '', ...fields })
const done = (finish_reason = 'stop'): StreamEvent =>
  ({ type: 'done', content: '', finish_reason }) as StreamEvent

/** Reads an answer of these events, and returns each turn that the page would show. */
async function turnsOf(
  events: readonly StreamEvent[],
  question = 'Why?',
  failure?: Error,
): Promise<Turn[]> {
  async function* answer(): AsyncGenerator<StreamEvent> {
    yield* events
    if (failure) throw failure
    if (events.at(-1)?.type !== 'done') yield done()
  }
  const client = new VecTrade({
    endpoint: 'http://localhost/api',
    fetch: () => Promise.resolve(toResponse(answer())),
  })
  const maker = new TurnMaker(false)
  const turns: Turn[] = []
  const store = createAnalysis(client, { storage: false, onEvent: (event) => maker.take(event) })
  store.subscribe(() => turns.push(maker.turn(store.getSnapshot())))
  await store.ask(question)
  return turns
}

async function turnOf(...events: StreamEvent[]): Promise<Turn> {
  return (await turnsOf(events)).at(-1) as Turn
}

describe('a turn', () => {
  test('waits until there is text, and then has the time of the first', async () => {
    const turns = await turnsOf([metadata({ model: 'vq-1' }), text(''), text('a'), text('b')])
    expect(turns.map(({ status }) => status)).toEqual(['waiting', 'streaming', 'complete'])
    expect(turns[0]).toMatchObject({ text: '', simulated: false })
    expect(turns[0]).not.toHaveProperty('firstTextAfter')
    expect(turns[2]).toMatchObject({ text: 'ab', model: 'vq-1', isCut: false, isResumed: false })
    const { firstTextAfter = Number.NaN, endedAfter } = turns[2] as Turn
    expect(firstTextAfter).toBeGreaterThan(0)
    expect(endedAfter).toBeGreaterThanOrEqual(firstTextAfter)
  })

  test('says that it is simulated when the server does, and only then', async () => {
    expect((await turnOf(metadata({ simulated: true }), metadata({}))).simulated).toBe(true)
    expect((await turnOf(metadata({ simulated: 'yes' }))).simulated).toBe(false)
  })

  test('says that VecTrade did not write it when the server does', async () => {
    const model = 'llama3.2'
    expect((await turnOf(metadata({ model, origin: 'vectrade' }))).isElsewhere).toBe(false)
    const turn = await turnOf(metadata({ model, origin: 'upstream' }), text('Yes.'))
    expect(turn).toMatchObject({ isElsewhere: true, simulated: false })
    expect(copyText(turn)).toBe('Written by llama3.2, not by VecTrade\n\nYes.')
  })

  test('says that the model stopped at its limit', async () => {
    expect(facts(await turnOf(text('Yes, bec'), done('length')))[0]).toBe(
      'Cut off at the model’s limit',
    )
    expect((await turnOf(text('Yes.'), done('stop'))).isCut).toBe(false)
  })

  test('is about the symbols of the question, until the server names its own', async () => {
    const symbolsOf = async (symbols: unknown): Promise<unknown[]> =>
      (await turnsOf([metadata({ symbols })], 'AMD or INTC?')).map((turn) => turn.symbols)
    expect((await symbolsOf([]))[0]).toEqual(['AMD', 'INTC'])
    expect((await symbolsOf([])).at(-1)).toEqual(['AMD', 'INTC'])
    expect((await symbolsOf(['NVDA', 7])).at(-1)).toEqual(['NVDA'])
  })

  test('reads metadata once', async () => {
    const turns = await turnsOf([metadata({ symbols: ['NVDA'] }), text('a'), text('b')])
    expect(turns).toHaveLength(3)
    expect(turns[2]?.symbols).toBe(turns[1]?.symbols)
  })

  test('ignores a model that is not a string', async () => {
    expect((await turnOf(metadata({ model: 7 }))).model).toBe(undefined)
  })

  test('numbers a source once', async () => {
    const turn = await turnOf(text('One'), cite('a'), text(', two'), cite('b'), cite('a'))
    expect(turn.sources.map(({ source }) => source)).toEqual(['a', 'b'])
    expect(copyText(turn)).toBe(
      'One[1], two[2][1]\n\n[1] a https://example.com/a\n[2] b https://example.com/b',
    )
  })

  test('copies no list for another citation', async () => {
    const turns = await turnsOf([text('One'), cite('a'), text('Two'), cite('b')])
    expect(turns[2]?.sources).toBe(turns[1]?.sources)
    expect(turns[2]?.marks).toBe(turns[1]?.marks)
    expect(turns[2]?.marks).toHaveLength(2)
  })

  test('places a mark directly after the text, before the white space that follows it', async () => {
    const turn = await turnOf(
      text('One'),
      text(' \n'),
      text(' '),
      cite('a'),
      text('\nTwo '),
      cite('b'),
    )
    expect(turn.marks.map(({ at }) => at)).toEqual([3, 10])
  })

  test('places a mark in the text as it is shown, without what was removed', async () => {
    const turn = await turnOf(text('a\r\n\u202Eb'), cite('a'), text('\r\nc'), cite('b'))
    expect(turn.text).toBe('a\nb\nc')
    expect(turn.marks.map(({ at }) => at)).toEqual([3, 5])
  })

  test('counts the same name at another address as another source', async () => {
    const turn = await turnOf(
      cite('a', 'https://example.com/1'),
      cite('a', 'https://example.com/2'),
    )
    expect(turn.sources).toHaveLength(2)
  })

  test('that fails keeps what had arrived, and says why', async () => {
    const failure = new ServerError({ message: 'No', type: 'api_error', retryable: false })
    const turn = (await turnsOf([text('Half'), cite('a')], 'Why?', failure)).at(-1)
    expect(turn).toMatchObject({ status: 'failed', text: 'Half', sources: [{ source: 'a' }] })
    expect(turn?.problem?.advice).toMatch(/^The answer above is not complete\./)
  })

  test('of a resumed answer has no times', () => {
    const maker = new TurnMaker(true)
    maker.take(text('a'))
    maker.take(done())
    const store = createAnalysis(new VecTrade({ endpoint: 'http://localhost/api' }))
    const turn = maker.turn({ ...store.getSnapshot(), text: 'a', status: 'complete' })
    expect(turn).toMatchObject({ isResumed: true, text: 'a' })
    expect(facts(turn)).toEqual([])
  })
})

describe('facts', () => {
  const usage = { prompt_tokens: 6, completion_tokens: 150 }
  const known = { firstTextAfter: 640, endedAfter: 4390, usage }

  test('tells the facts that are known', async () => {
    const turn = await turnOf()
    expect(facts({ ...turn, ...known })).toEqual([
      'First token after 640 ms',
      '150 tokens (question: 6)',
      'about 40 tokens/s',
    ])
  })

  test('invents nothing', async () => {
    const turn = await turnOf()
    expect(facts(turn)).toEqual([])
    expect(facts({ ...turn, firstTextAfter: 1640, endedAfter: 9000 })).toEqual([
      'First token after 1.6 s',
    ])
    const odd = { completion_tokens: 'many' } as unknown as typeof usage
    expect(facts({ ...turn, firstTextAfter: 1, endedAfter: 9000, usage: odd })).toHaveLength(1)
  })

  test('tells no speed if the answer came in one piece', async () => {
    const turn = { ...(await turnOf()), ...known, endedAfter: 650 }
    expect(facts(turn)).toEqual(['First token after 640 ms', '150 tokens (question: 6)'])
  })
})
