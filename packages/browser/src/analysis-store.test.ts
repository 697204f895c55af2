import { memoryStore } from '@vectrade/node'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  type AnalysisSnapshot,
  type AnalysisStore,
  ConfigurationError,
  createAnalysis,
  ServerError,
  StreamResumeError,
  VecTrade,
} from './index.ts'
import { useFrames } from './test-support/manual-frames.ts'
import { memoryStorage } from './test-support/memory-storage.ts'
import { ScriptedEndpoint } from './test-support/scripted-endpoint.ts'
import { until } from './test-support/until.ts'

let endpoint: ScriptedEndpoint
let storage: ReturnType<typeof memoryStorage>

beforeEach(() => {
  endpoint = new ScriptedEndpoint()
  storage = memoryStorage()
})
afterEach(() => void vi.restoreAllMocks())

function create(): AnalysisStore {
  return createAnalysis(endpoint.client(), { storage })
}

/** Records each snapshot that is published from now on. */
function record({ subscribe, getSnapshot }: AnalysisStore): AnalysisSnapshot[] {
  const snapshots: AnalysisSnapshot[] = []
  subscribe(() => snapshots.push(getSnapshot()))
  return snapshots
}

/** Asks, and waits until some text of the answer is shown. */
async function begin(
  store: AnalysisStore,
  { text = 'Bull', count = endpoint.answers.length }: { text?: string; count?: number } = {},
): Promise<void> {
  void store.ask('Bull case?')
  const answer = await endpoint.at(count)
  answer.text(text)
  await until(() => expect(store.getSnapshot().text).toBe(text))
}

describe('a store', () => {
  test('begins without a question, and sends nothing', async () => {
    const { getSnapshot, subscribe } = create()
    subscribe(() => {})
    expect(getSnapshot()).toEqual({
      question: '',
      text: '',
      citations: [],
      usage: undefined,
      metadata: {},
      status: 'idle',
      error: undefined,
      partial: false,
    })
    expect(getSnapshot()).toBe(getSnapshot())
    await new Promise((resolve) => setTimeout(resolve, 10))
    expect(endpoint.requests).toEqual([])
  })

  test('shows the question, the first text and the end at once, and other changes with a frame', async () => {
    const frames = useFrames()
    const store = create()
    const snapshots = record(store)
    const done = store.ask('Bull case?')
    expect(snapshots).toMatchObject([{ question: 'Bull case?', status: 'waiting', partial: false }])
    const answer = await endpoint.last()
    answer.send({ type: 'metadata', content: '', model: 'analyst' })
    await until(() => expect(frames.waiting).toBe(1))
    answer.text('Bull')
    await until(() => expect(snapshots).toHaveLength(2))
    expect(snapshots[1]).toMatchObject({
      status: 'streaming',
      text: 'Bull',
      metadata: { model: 'analyst' },
      partial: true,
    })
    answer.text(' case', ':', ' chips')
    answer.send({ type: 'citation', content: '', source: 'SEC', url: 'https://sec.example/' })
    await until(() => expect(frames.waiting).toBe(1))
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(store.getSnapshot()).toBe(snapshots[1])
    frames.next()
    expect(snapshots).toHaveLength(3)
    expect(snapshots[2]).toMatchObject({
      text: 'Bull case: chips',
      citations: [{ source: 'SEC', url: 'https://sec.example/' }],
    })
    answer.text('.')
    answer.send({ type: 'done', content: '', usage: { total_tokens: 9 } })
    await done
    expect(snapshots).toHaveLength(4)
    expect(store.getSnapshot()).toEqual({
      question: 'Bull case?',
      text: 'Bull case: chips.',
      citations: [{ source: 'SEC', url: 'https://sec.example/' }],
      usage: { total_tokens: 9 },
      metadata: { model: 'analyst' },
      status: 'complete',
      error: undefined,
      partial: false,
    })
    expect(frames.waiting).toBe(0)
    expect(snapshots.every((snapshot) => Object.isFrozen(snapshot))).toBe(true)
  })

  test('asks for an answer about symbols, and asks for the same again', async () => {
    const store = create()
    const request = { prompt: 'Margins?', symbols: ['NVDA', 'AMD'] }
    const first = store.ask(request)
    ;(await endpoint.at(0)).text('a')
    ;(await endpoint.at(0)).end()
    await first
    const second = store.retry()
    expect(store.getSnapshot()).toMatchObject({ question: 'Margins?', text: '', status: 'waiting' })
    ;(await endpoint.at(1)).text('b')
    ;(await endpoint.at(1)).end()
    await second
    expect(endpoint.answers.map((answer) => answer.request)).toEqual([request, request])
    expect(store.getSnapshot()).toMatchObject({ text: 'b', status: 'complete' })
  })

  test('gives each event to `onEvent`, without waiting for a frame', async () => {
    useFrames()
    const events = { price: true } as const
    endpoint = new ScriptedEndpoint({ store: memoryStore(), events })
    const types: string[] = []
    const client = endpoint.client(events)
    const store = createAnalysis(client, { storage, onEvent: ({ type }) => types.push(type) })
    void store.ask('Bull case?')
    const answer = await endpoint.last()
    answer.send({ type: 'price', content: '' })
    answer.text('a', 'b')
    await until(() => expect(types).toEqual(['price', 'text', 'text']))
    store.dispose()
  })
})

describe('an answer ends', () => {
  test('before the next one begins', async () => {
    const store = create()
    await begin(store)
    const first = await endpoint.last()
    await begin(store, { text: 'Bear' })
    await until(() => expect(first.signal.aborted).toBe(true))
    first.text(' too late')
    const answer = await endpoint.last()
    answer.end()
    await until(() => expect(store.getSnapshot().status).toBe('complete'))
    expect(store.getSnapshot().text).toBe('Bear')
  })

  test('without a request if it is asked for again in the same tick', async () => {
    const store = create()
    const first = store.ask('Bull case?')
    const second = store.ask('Bull case?')
    ;(await endpoint.last()).end()
    await Promise.all([first, second])
    expect(endpoint.requests).toHaveLength(1)
    expect(store.getSnapshot().status).toBe('complete')
  })

  test('when it is stopped, also on the server, and its text stays', async () => {
    const store = create()
    await begin(store)
    const snapshots = record(store)
    const stopping = store.stop()
    expect(snapshots).toMatchObject([{ text: 'Bull', status: 'stopped', partial: true }])
    await stopping
    const { signal } = await endpoint.last()
    await until(() => expect(signal.aborted).toBe(true))
    expect(endpoint.requests.map(({ method }) => method)).toEqual(['POST', 'DELETE'])
    expect(storage.size).toBe(0)
    await store.resume()
    expect(store.getSnapshot()).toBe(snapshots[0])
  })

  test('as stopped when another reader stops it', async () => {
    const store = create()
    await begin(store)
    const { id } = JSON.parse(storage.getItem('vectrade.analysis') ?? '') as { id: string }
    await endpoint.client().ai.resume(id).stop()
    await until(() => expect(store.getSnapshot().status).toBe('stopped'))
    expect(store.getSnapshot()).toMatchObject({ text: 'Bull', error: undefined })
    expect(storage.size).toBe(0)
  })

  test('as stopped when the program closes the client', async () => {
    const client = endpoint.client()
    const store = createAnalysis(client, { storage })
    await begin(store)
    client.close()
    await until(() => expect(store.getSnapshot().status).toBe('stopped'))
    expect(store.getSnapshot().error).toBeUndefined()
  })

  test('with the error of the server, after which it can be asked for again', async () => {
    const store = create()
    await begin(store)
    ;(await endpoint.last()).fail(new ServerError({ message: 'Out of chips', status: 500 }))
    await until(() => expect(store.getSnapshot().status).toBe('failed'))
    const { text, error, partial } = store.getSnapshot()
    expect([text, partial]).toEqual(['Bull', true])
    expect(error).toBeInstanceOf(ServerError)
    expect(storage.size).toBe(0)
    await begin(store, { text: 'Again' })
    expect(store.getSnapshot()).toMatchObject({ status: 'streaming', error: undefined })
    store.dispose()
  })

  test('with an error if the call is wrong', async () => {
    const store = create()
    await store.ask(undefined as never)
    expect(store.getSnapshot()).toMatchObject({ question: '', status: 'failed' })
    expect(store.getSnapshot().error).toBeInstanceOf(ConfigurationError)
  })
})

describe('an answer is resumed', () => {
  test('after a reload, with its question, and no text comes twice', async () => {
    const before = create()
    await begin(before)
    before.dispose()

    const store = create()
    const snapshots = record(store)
    const done = store.resume()
    expect(store.getSnapshot()).toMatchObject({ question: 'Bull case?', status: 'waiting' })
    await until(() => expect(store.getSnapshot().text).toBe('Bull'))
    const answer = await endpoint.last()
    answer.text(' case')
    answer.end()
    await Promise.all([done, store.resume()])
    expect(store.getSnapshot()).toMatchObject({ text: 'Bull case', status: 'complete' })
    expect(snapshots.map(({ text }) => text)).toEqual(
      snapshots.map(({ text }) => 'Bull case'.slice(0, text.length)),
    )
    expect(endpoint.requests.map(({ method }) => method)).toEqual(['POST', 'GET'])
    expect(storage.size).toBe(0)
  })

  test('after its connection was lost for good, at the event where it was', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0)
    const store = create()
    await begin(store)
    endpoint.goDown()
    await until(() => expect(store.getSnapshot().status).toBe('failed'))
    expect(store.getSnapshot()).toMatchObject({ text: 'Bull', partial: true })
    expect(storage.size).toBe(1)
    endpoint.isDown = false
    const done = store.resume()
    expect(store.getSnapshot()).toMatchObject({
      question: 'Bull case?',
      text: 'Bull',
      status: 'waiting',
      error: undefined,
    })
    const answer = await endpoint.last()
    answer.text(' case')
    answer.end()
    await done
    expect(store.getSnapshot()).toMatchObject({ text: 'Bull case', status: 'complete' })
    expect(endpoint.requests.at(-1)).toEqual({ method: 'GET', lastEventId: '1' })
    expect(endpoint.answers).toHaveLength(1)
  })

  test('with an error if it is no longer stored, and is then forgotten', async () => {
    storage.setItem('vectrade.analysis', JSON.stringify({ id: 'gone', request: 'Bull case?' }))
    const store = create()
    await store.resume()
    expect(store.getSnapshot()).toMatchObject({ question: 'Bull case?', status: 'failed' })
    expect(store.getSnapshot().error).toBeInstanceOf(StreamResumeError)
    expect(storage.size).toBe(0)
    void store.retry()
    expect((await endpoint.last()).request).toEqual({ prompt: 'Bull case?' })
    store.dispose()
  })

  test('not if there is none', async () => {
    const store = create()
    const snapshot = store.getSnapshot()
    await Promise.all([store.resume(), store.retry(), store.stop()])
    expect(store.getSnapshot()).toBe(snapshot)
    expect(endpoint.requests).toEqual([])
  })

  test('not if the server does not store it', async () => {
    endpoint = new ScriptedEndpoint({})
    const store = create()
    await begin(store)
    expect(storage.size).toBe(0)
    store.dispose()
    const { signal } = await endpoint.last()
    await until(() => expect(signal.aborted).toBe(true))
  })

  test('under its own key', async () => {
    const first = createAnalysis(endpoint.client(), { storage, key: 'first' })
    const second = createAnalysis(endpoint.client(), { storage, key: 'second' })
    await begin(first)
    await second.resume()
    expect(second.getSnapshot().status).toBe('idle')
    expect(storage.getItem('first')).not.toBeNull()
    first.dispose()
  })
})

test('a storage that throws changes nothing else', async () => {
  const refuse = (): never => {
    throw new Error('QuotaExceededError')
  }
  const throwing = { getItem: refuse, setItem: refuse, removeItem: refuse }
  const store = createAnalysis(endpoint.client(), { storage: throwing })
  await store.resume()
  await begin(store)
  const answer = await endpoint.last()
  answer.end()
  await until(() => expect(store.getSnapshot().status).toBe('complete'))
})

test('after its disposal, a store reads nothing, publishes nothing and asks nothing', async () => {
  const frames = useFrames()
  const store = create()
  await begin(store)
  const answer = await endpoint.last()
  answer.text(' case')
  await until(() => expect(frames.waiting).toBe(1))
  const snapshots = record(store)
  const snapshot = store.getSnapshot()
  store.dispose()
  expect(frames.waiting).toBe(0)
  answer.text('!')
  answer.end()
  await Promise.all([store.ask('More?'), store.retry(), store.resume(), store.stop()])
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(snapshots).toEqual([])
  expect(store.getSnapshot()).toBe(snapshot)
  expect(endpoint.requests).toHaveLength(1)
  // Another store can resume it.
  expect(storage.size).toBe(1)
})

test('a listener can ask, stop and dispose of the store', async () => {
  const store = create()
  const end = store.subscribe(() => {
    end()
    void store.ask('Second?')
  })
  const first = store.ask('First?')
  const answer = await endpoint.last()
  answer.end()
  await first
  await until(() => expect(store.getSnapshot().status).toBe('complete'))
  expect(endpoint.answers.map(({ request }) => request.prompt)).toEqual(['Second?'])

  store.subscribe(() => store.dispose())
  await store.ask('Third?')
  expect(endpoint.answers).toHaveLength(1)
})

test('wrong options are refused', () => {
  const client = new VecTrade({ endpoint: 'https://page.example/' })
  const wrong = [{ storage: {} }, { storage: true }, { key: 7 }, { onEvent: 'log' }, null]
  for (const options of wrong) {
    expect(() => createAnalysis(client, options as never)).toThrow(ConfigurationError)
  }
})

test('thousands of pieces of text are read with few updates and no loss', async () => {
  const frames = useFrames()
  const store = create()
  const snapshots = record(store)
  const done = store.ask('Bull case?')
  const pieces = Array.from({ length: 3_000 }, (_, index) => `${index} `)
  const answer = await endpoint.last()
  answer.text(...pieces)
  answer.end()
  await done
  // The question, the first text and the end. This test makes no frame.
  expect(snapshots).toHaveLength(3)
  expect(store.getSnapshot().text).toBe(pieces.join(''))
  expect(frames.waiting).toBe(0)
})
