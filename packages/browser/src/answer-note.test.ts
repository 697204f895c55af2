import { afterEach, expect, test, vi } from 'vitest'
import { AnswerNote } from './answer-note.ts'
import { memoryStorage } from './test-support/memory-storage.ts'

afterEach(() => void vi.unstubAllGlobals())

const noted = { id: 'an-id', request: { prompt: 'Bull case?', symbols: ['NVDA'] } }

test('is read as it was written, until it is cleared', () => {
  const storage = memoryStorage()
  const note = new AnswerNote(storage, () => 'answer')
  expect(note.read()).toBeUndefined()
  note.write(noted)
  expect(new AnswerNote(storage, () => 'answer').read()).toEqual(noted)
  expect(new AnswerNote(storage, () => 'other').read()).toBeUndefined()
  note.clear()
  expect(note.read()).toBeUndefined()
})

test('is in the storage of the session by default', () => {
  const storage = memoryStorage()
  vi.stubGlobal('sessionStorage', storage)
  new AnswerNote(undefined, () => 'answer').write(noted)
  expect(JSON.parse(storage.getItem('answer') ?? '')).toEqual(noted)
})

test.for(['no JSON', '"text"', 'null', '{}', '{"id":7}'])(
  'is none if the storage has %j',
  (item) => {
    const storage = memoryStorage()
    storage.setItem('answer', item)
    expect(new AnswerNote(storage, () => 'answer').read()).toBeUndefined()
  },
)

test('has no question if that of the item is wrong', () => {
  const storage = memoryStorage()
  for (const request of [undefined, null, 7, {}, { prompt: { a: 1 } }]) {
    storage.setItem('answer', JSON.stringify({ id: 'an-id', request }))
    expect(new AnswerNote(storage, () => 'answer').read()).toEqual({ id: 'an-id', request: '' })
  }
})

test('is only in the page if there is no storage, if it is switched off, or if it throws', () => {
  const refuse = (): never => {
    throw new Error('SecurityError')
  }
  const throwing = { getItem: refuse, setItem: refuse, removeItem: refuse }
  for (const storage of [undefined, false, throwing] as const) {
    const note = new AnswerNote(storage, () => 'answer')
    vi.stubGlobal('sessionStorage', undefined)
    expect(note.read()).toBeUndefined()
    note.write(noted)
    expect(note.read()).toBe(noted)
    expect(new AnswerNote(storage, () => 'answer').read()).toBeUndefined()
    note.clear()
    expect(note.read()).toBeUndefined()
  }
  // Browsers already throw when a frame without an origin asks for the storage.
  vi.unstubAllGlobals()
  const before = Object.getOwnPropertyDescriptor(globalThis, 'sessionStorage')
  Object.defineProperty(globalThis, 'sessionStorage', { get: refuse, configurable: true })
  try {
    const note = new AnswerNote(undefined, () => 'answer')
    note.write(noted)
    expect(note.read()).toBe(noted)
  } finally {
    Reflect.deleteProperty(globalThis, 'sessionStorage')
    if (before) Object.defineProperty(globalThis, 'sessionStorage', before)
  }
})
