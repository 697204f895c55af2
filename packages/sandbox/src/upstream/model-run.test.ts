import { expect, test } from 'vitest'
import type { AnswerEvent } from '../answer-event.ts'
import { Refusal } from '../refusal.ts'
import { ModelRun } from './model-run.ts'

/** A run of a model that has as many words as it is asked for, up to `most`. */
function countingRun(most: number, end?: Error) {
  const source = { asked: 0, signal: undefined as AbortSignal | undefined }
  const run = new ModelRun(async function* (signal) {
    source.signal = signal
    for (; source.asked < most;) {
      source.asked += 1
      yield { type: 'text', content: `${source.asked} ` }
    }
    if (end) throw end
  })
  return { run, source }
}

async function take(run: ModelRun, count = Infinity): Promise<string> {
  const texts: AnswerEvent[] = []
  for (const event of run) {
    if (event instanceof Promise) await event
    else if (texts.push(event) === count) break
  }
  return texts.map((event) => (event.type === 'text' ? event.content : '')).join('')
}

test('the model is read only on demand, once for all readers', async () => {
  const { run, source } = countingRun(9)
  expect(await take(run, 2)).toBe('1 2 ')
  expect(source.asked).toBe(2)
  expect(await take(run, 1)).toBe('1 ')
  expect(source.asked).toBe(2)
  expect(await Promise.all([take(run, 4), take(run, 3)])).toEqual(['1 2 3 4 ', '1 2 3 '])
  expect(source.asked).toBe(4)
})

test('the request ends when the last reader has left', async () => {
  const { run, source } = countingRun(9)
  const [leave, leaveToo] = [run.join(), run.join()]
  await take(run, 2)
  leave()
  expect(source.signal?.aborted).toBe(false)
  leaveToo()
  expect(source.signal?.aborted).toBe(true)
  expect(run.canBeJoined).toBe(false)
  await run.ended()
  expect(() => run.checkFailure({ allowEvents: false })).toThrow('its reader had left')
})

test('a complete answer stays, and its request is not aborted', async () => {
  const { run, source } = countingRun(3)
  const leave = run.join()
  await run.ended()
  leave()
  expect(source.signal?.aborted).toBe(false)
  expect(run.canBeJoined).toBe(true)
  expect(await take(run)).toBe('1 2 3 ')
})

test('each reader gets the failure after the events before it', async () => {
  const { run } = countingRun(2, new Refusal(429, 'Too many'))
  await run.begun()
  expect(() => run.checkFailure({ allowEvents: true })).not.toThrow()
  for (const reader of [1, 2]) {
    await expect(take(run), `reader ${reader}`).rejects.toThrow('Too many')
  }
  expect(await take(run, 2)).toBe('1 2 ')
  expect(run.canBeJoined).toBe(false)
})

test('the message of an unknown error is not repeated', async () => {
  const { run } = countingRun(0, new Error('key sk-secret'))
  await run.begun()
  expect(() => run.checkFailure({ allowEvents: true })).toThrow(/^The sandbox itself failed$/)
})
