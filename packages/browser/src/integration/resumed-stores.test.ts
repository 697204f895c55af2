import { describe, expect, test } from 'vitest'
import { AuthenticationError, createAnalysis, StreamResumeError } from '../index.ts'
import { record, useAnalysisLab } from '../test-support/analysis-lab.ts'
import { ScriptedEndpoint } from '../test-support/scripted-endpoint.ts'
import { until } from '../test-support/until.ts'

const lab = useAnalysisLab()

describe('an answer is resumed', () => {
  test('after a reload, with its question, and no text comes twice', async () => {
    const before = lab.create()
    await lab.begin(before)
    before.dispose()

    const store = lab.create()
    const snapshots = record(store)
    const done = store.resume()
    expect(store.getSnapshot()).toMatchObject({ question: 'Bull case?', status: 'waiting' })
    await until(() => expect(store.getSnapshot().text).toBe('Bull'))
    const answer = await lab.endpoint.last()
    answer.text(' case')
    answer.end()
    await Promise.all([done, store.resume()])
    expect(store.getSnapshot()).toMatchObject({ text: 'Bull case', status: 'complete' })
    expect(snapshots.map(({ text }) => text)).toEqual(
      snapshots.map(({ text }) => 'Bull case'.slice(0, text.length)),
    )
    expect(lab.endpoint.requests.map(({ method }) => method)).toEqual(['POST', 'GET'])
    expect(lab.storage.size).toBe(0)
  })

  test('after its connection was lost for good, at the event where it was', async () => {
    const store = lab.create()
    await lab.beginAndLose(store)
    expect(store.getSnapshot()).toMatchObject({ text: 'Bull', partial: true })
    expect(lab.storage.size).toBe(1)
    const done = store.resume()
    expect(store.getSnapshot()).toMatchObject({
      question: 'Bull case?',
      text: 'Bull',
      status: 'waiting',
      error: undefined,
    })
    const answer = await lab.endpoint.last()
    answer.text(' case')
    answer.end()
    await done
    expect(store.getSnapshot()).toMatchObject({ text: 'Bull case', status: 'complete' })
    expect(lab.endpoint.requests.at(-1)).toEqual({ method: 'GET', lastEventId: '1' })
    expect(lab.endpoint.answers).toHaveLength(1)
  })

  test.for([401, 403])(
    'after its reader was refused with %i, and has signed in again',
    async (status) => {
      const store = lab.create()
      await lab.beginAndLose(store)
      lab.endpoint.refusal = status
      await store.resume()
      expect(store.getSnapshot().error).toBeInstanceOf(AuthenticationError)
      expect(lab.storage.size).toBe(1)
      lab.endpoint.refusal = undefined
      const done = store.resume()
      ;(await lab.endpoint.last()).end()
      await done
      expect(store.getSnapshot()).toMatchObject({ text: 'Bull', status: 'complete' })
      expect(lab.endpoint.requests.at(-1)).toEqual({ method: 'GET', lastEventId: '1' })
      expect(lab.endpoint.answers).toHaveLength(1)
    },
  )

  test('not after it was stopped or another question was asked, because the server has then ended it', async () => {
    for (const leave of ['stop', 'retry'] as const) {
      const store = lab.create()
      await lab.beginAndLose(store)
      const answer = await lab.endpoint.last()
      void store[leave]()
      await until(() => expect(answer.signal.aborted).toBe(true))
      if (leave === 'stop') expect(lab.storage.size).toBe(0)
      expect(lab.endpoint.requests.map(({ method }) => method)).toContain('DELETE')
      store.dispose()
      lab.endpoint.requests.length = 0
    }
  })

  test('without a storage too, after its connection was lost', async () => {
    const store = createAnalysis(lab.endpoint.client(), { storage: false })
    await lab.beginAndLose(store)
    const done = store.resume()
    ;(await lab.endpoint.last()).end()
    await done
    expect(store.getSnapshot()).toMatchObject({ text: 'Bull', status: 'complete' })
  })

  test('and cannot be asked again if only its id is known', async () => {
    lab.storage.setItem(lab.noteKey, JSON.stringify({ id: 'gone' }))
    const store = lab.create()
    await store.resume()
    const failed = store.getSnapshot()
    await store.retry()
    expect(store.getSnapshot()).toBe(failed)
  })

  test('by the id in the storage, even if this store has lost the connection of another answer', async () => {
    const store = lab.create()
    await lab.beginAndLose(store)
    lab.storage.setItem(lab.noteKey, JSON.stringify({ id: 'other' }))
    await store.resume()
    expect(lab.endpoint.requests.at(-1)).toEqual({ method: 'GET', lastEventId: null })
    expect(store.getSnapshot()).toMatchObject({ question: '', text: '', status: 'failed' })
    expect(store.getSnapshot().error).toBeInstanceOf(StreamResumeError)
  })

  test('with an error if it is no longer stored, and is then forgotten', async () => {
    lab.storage.setItem(lab.noteKey, JSON.stringify({ id: 'gone', request: 'Bull case?' }))
    const store = lab.create()
    await store.resume()
    expect(store.getSnapshot()).toMatchObject({ question: 'Bull case?', status: 'failed' })
    expect(store.getSnapshot().error).toBeInstanceOf(StreamResumeError)
    expect(lab.storage.size).toBe(0)
    void store.retry()
    expect((await lab.endpoint.last()).request).toEqual({ prompt: 'Bull case?' })
    store.dispose()
  })

  test('at its own endpoint only', async () => {
    await lab.begin(lab.create())
    const other = new ScriptedEndpoint({ url: 'http://page.example/api/other' })
    const store = createAnalysis(other.client(), { storage: lab.storage })
    await store.resume()
    expect(store.getSnapshot().status).toBe('idle')
    expect(other.requests).toEqual([])
    expect(lab.storage.size).toBe(1)
  })

  test('not if there is none', async () => {
    const store = lab.create()
    const snapshot = store.getSnapshot()
    await Promise.all([store.resume(), store.retry(), store.stop()])
    expect(store.getSnapshot()).toBe(snapshot)
    expect(lab.endpoint.requests).toEqual([])
  })

  test('not if the server does not store it', async () => {
    lab.endpoint = new ScriptedEndpoint({})
    const store = lab.create()
    await lab.begin(store)
    expect(lab.storage.size).toBe(0)
    store.dispose()
    const { signal } = await lab.endpoint.last()
    await until(() => expect(signal.aborted).toBe(true))
  })

  test('under its own key', async () => {
    const first = createAnalysis(lab.endpoint.client(), { storage: lab.storage, key: 'first' })
    const second = createAnalysis(lab.endpoint.client(), { storage: lab.storage, key: 'second' })
    await lab.begin(first)
    await second.resume()
    expect(second.getSnapshot().status).toBe('idle')
    expect(lab.storage.getItem('first')).not.toBeNull()
    first.dispose()
  })
})

test('a storage that throws changes nothing else', async () => {
  const refuse = (): never => {
    throw new Error('QuotaExceededError')
  }
  const throwing = { getItem: refuse, setItem: refuse, removeItem: refuse }
  const store = createAnalysis(lab.endpoint.client(), { storage: throwing })
  await store.resume()
  await lab.begin(store)
  const answer = await lab.endpoint.last()
  answer.end()
  await until(() => expect(store.getSnapshot().status).toBe('complete'))
})
