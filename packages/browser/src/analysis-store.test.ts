import { memoryStore } from '@vectrade/node'
import { describe, expect, test } from 'vitest'
import { ConfigurationError, createAnalysis, ServerError, VecTrade } from './index.ts'
import { record, useAnalysisLab } from './test-support/analysis-lab.ts'
import { useFrames } from './test-support/manual-frames.ts'
import { ScriptedEndpoint } from './test-support/scripted-endpoint.ts'
import { until } from './test-support/until.ts'

const lab = useAnalysisLab()

describe('a store', () => {
  test('begins without a question, and sends nothing', async () => {
    const { getSnapshot, subscribe } = lab.create()
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
    expect(lab.endpoint.requests).toEqual([])
  })

  test('shows the question, the first text and the end at once, and other changes with a frame', async () => {
    const frames = useFrames()
    const store = lab.create()
    const snapshots = record(store)
    const done = store.ask('Bull case?')
    expect(snapshots).toMatchObject([{ question: 'Bull case?', status: 'waiting', partial: false }])
    const answer = await lab.endpoint.last()
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
    const store = lab.create()
    const request = { prompt: 'Margins?', symbols: ['NVDA', 'AMD'] }
    const first = store.ask(request)
    ;(await lab.endpoint.at(0)).text('a')
    ;(await lab.endpoint.at(0)).end()
    await first
    const second = store.retry()
    expect(store.getSnapshot()).toMatchObject({ question: 'Margins?', text: '', status: 'waiting' })
    ;(await lab.endpoint.at(1)).text('b')
    ;(await lab.endpoint.at(1)).end()
    await second
    expect(lab.endpoint.answers.map((answer) => answer.request)).toEqual([request, request])
    expect(store.getSnapshot()).toMatchObject({ text: 'b', status: 'complete' })
  })

  test('gives each event to `onEvent`, without waiting for a frame', async () => {
    useFrames()
    const events = { price: true } as const
    lab.endpoint = new ScriptedEndpoint({ store: memoryStore(), events })
    const types: string[] = []
    const client = lab.endpoint.client(events)
    const store = createAnalysis(client, {
      storage: lab.storage,
      onEvent: ({ type }) => types.push(type),
    })
    void store.ask('Bull case?')
    const answer = await lab.endpoint.last()
    answer.send({ type: 'price', content: '' })
    answer.text('a', 'b')
    await until(() => expect(types).toEqual(['price', 'text', 'text']))
    store.dispose()
  })
})

describe('an answer ends', () => {
  test('before the next one begins', async () => {
    const store = lab.create()
    await lab.begin(store)
    const first = await lab.endpoint.last()
    await lab.begin(store, { text: 'Bear' })
    await until(() => expect(first.signal.aborted).toBe(true))
    first.text(' too late')
    const answer = await lab.endpoint.last()
    answer.end()
    await until(() => expect(store.getSnapshot().status).toBe('complete'))
    expect(store.getSnapshot().text).toBe('Bear')
  })

  test('without a request if it is asked for again in the same tick', async () => {
    const store = lab.create()
    const first = store.ask('Bull case?')
    const second = store.ask('Bull case?')
    ;(await lab.endpoint.last()).end()
    await Promise.all([first, second])
    expect(lab.endpoint.requests).toHaveLength(1)
    expect(store.getSnapshot().status).toBe('complete')
  })

  test('when it is stopped, also on the server, and its text stays', async () => {
    const store = lab.create()
    await lab.begin(store)
    const snapshots = record(store)
    const stopping = store.stop()
    expect(snapshots).toMatchObject([{ text: 'Bull', status: 'stopped', partial: true }])
    await stopping
    const { signal } = await lab.endpoint.last()
    await until(() => expect(signal.aborted).toBe(true))
    expect(lab.endpoint.requests.map(({ method }) => method)).toEqual(['POST', 'DELETE'])
    expect(lab.storage.size).toBe(0)
    await store.resume()
    expect(store.getSnapshot()).toBe(snapshots[0])
  })

  test('when it is stopped while its response is on its way, also on the server', async () => {
    const client = lab.endpoint.client()
    let arrive: (() => void) | undefined
    lab.endpoint.onResponse = () => new Promise((resolve) => (arrive = resolve))
    const store = createAnalysis(client, { storage: lab.storage })
    void store.ask('Bull case?')
    const answer = await lab.endpoint.last()
    answer.text('Bull')
    await until(() => expect(arrive).toBeDefined())
    const stopping = store.stop()
    expect(store.getSnapshot().status).toBe('stopped')
    lab.endpoint.onResponse = () => Promise.resolve()
    arrive?.()
    await stopping
    await until(() => expect(answer.signal.aborted).toBe(true))
    expect(lab.endpoint.requests.map(({ method }) => method)).toEqual(['POST', 'DELETE'])
    expect(lab.storage.size).toBe(0)
  })

  test('as stopped when another reader stops it', async () => {
    const store = lab.create()
    await lab.begin(store)
    const { id } = JSON.parse(lab.storage.getItem(lab.noteKey) ?? '') as { id: string }
    await lab.endpoint.client().ai.resume(id).stop()
    await until(() => expect(store.getSnapshot().status).toBe('stopped'))
    expect(store.getSnapshot()).toMatchObject({ text: 'Bull', error: undefined })
    expect(lab.storage.size).toBe(0)
  })

  test('as stopped when the program closes the client', async () => {
    const client = lab.endpoint.client()
    const store = createAnalysis(client, { storage: lab.storage })
    await lab.begin(store)
    client.close()
    await until(() => expect(store.getSnapshot().status).toBe('stopped'))
    expect(store.getSnapshot().error).toBeUndefined()
  })

  test('with the error of the server, after which it can be asked for again', async () => {
    const store = lab.create()
    await lab.begin(store)
    ;(await lab.endpoint.last()).fail(new ServerError({ message: 'Out of chips', status: 500 }))
    await until(() => expect(store.getSnapshot().status).toBe('failed'))
    const { text, error, partial } = store.getSnapshot()
    expect([text, partial]).toEqual(['Bull', true])
    expect(error).toBeInstanceOf(ServerError)
    expect(lab.storage.size).toBe(0)
    await lab.begin(store, { text: 'Again' })
    expect(store.getSnapshot()).toMatchObject({ status: 'streaming', error: undefined })
    store.dispose()
  })

  test('with an error if the call is wrong', async () => {
    const store = lab.create()
    await store.ask(undefined as never)
    expect(store.getSnapshot()).toMatchObject({ question: '', status: 'failed' })
    expect(store.getSnapshot().error).toBeInstanceOf(ConfigurationError)
  })
})

test('after its disposal, a store reads nothing, publishes nothing and asks nothing', async () => {
  const frames = useFrames()
  const store = lab.create()
  await lab.begin(store)
  const answer = await lab.endpoint.last()
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
  expect(lab.endpoint.requests).toHaveLength(1)
  // Another store can resume it.
  expect(lab.storage.size).toBe(1)
})

test('a listener can ask, stop and dispose of the store', async () => {
  const store = lab.create()
  const end = store.subscribe(() => {
    end()
    void store.ask('Second?')
  })
  const first = store.ask('First?')
  const answer = await lab.endpoint.last()
  answer.end()
  await first
  await until(() => expect(store.getSnapshot().status).toBe('complete'))
  expect(lab.endpoint.answers.map(({ request }) => request.prompt)).toEqual(['Second?'])

  store.subscribe(() => store.dispose())
  await store.ask('Third?')
  expect(lab.endpoint.answers).toHaveLength(1)
})

test('a listener can resume while the store waits', async () => {
  const store = lab.create()
  store.subscribe(() => void store.resume())
  const done = store.ask('First?')
  ;(await lab.endpoint.last()).end()
  await done
  expect(lab.endpoint.requests).toHaveLength(1)
})

test('wrong options are refused', () => {
  const client = new VecTrade({ endpoint: 'https://page.example/' })
  const wrong = [{ storage: {} }, { storage: true }, { key: 7 }, { onEvent: 'log' }, null]
  for (const options of wrong) {
    expect(() => createAnalysis(client, options as never)).toThrow(ConfigurationError)
  }
  for (const wrongClient of [undefined, null, {}, { ai: {} }]) {
    expect(() => createAnalysis(wrongClient as never)).toThrow(ConfigurationError)
  }
})

test('an event that changes nothing in the snapshot makes no new one', async () => {
  const types: string[] = []
  const onEvent = ({ type }: { type: string }): void => void types.push(type)
  const store = createAnalysis(lab.endpoint.client(), { storage: false, onEvent })
  await lab.begin(store)
  const frames = useFrames()
  const before = store.getSnapshot()
  const answer = await lab.endpoint.last()
  answer.send({ type: 'text', content: '' })
  await until(() => expect(types).toEqual(['text', 'text']))
  expect(frames.waiting).toBe(0)
  expect(store.getSnapshot()).toBe(before)
  store.dispose()
})

test('thousands of pieces of text are read with few updates and no loss', async () => {
  const frames = useFrames()
  const store = lab.create()
  const snapshots = record(store)
  const done = store.ask('Bull case?')
  const pieces = Array.from({ length: 3_000 }, (_, index) => `${index} `)
  const answer = await lab.endpoint.last()
  answer.text(...pieces)
  answer.end()
  await done
  // The question, the first text and the end. This test makes no frame.
  expect(snapshots).toHaveLength(3)
  expect(store.getSnapshot().text).toBe(pieces.join(''))
  expect(frames.waiting).toBe(0)
})
