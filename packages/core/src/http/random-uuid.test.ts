import { afterEach, expect, test, vi } from 'vitest'
import { randomUUID } from './random-uuid.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

const { crypto } = globalThis
const version4 = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/

test.for<[string, unknown]>([
  ['with all of crypto', crypto],
  ['on a page of plain http', { getRandomValues: crypto.getRandomValues.bind(crypto) }],
  ['without crypto', undefined],
  ['with an empty crypto', {}],
])('%s, each UUID has version 4 and is different', ([, available]) => {
  vi.stubGlobal('crypto', available)
  const all = Array.from({ length: 100 }, randomUUID)
  for (const one of all) expect(one).toMatch(version4)
  expect(new Set(all).size).toBe(100)
})

test('programs whose Math.random begins with the same numbers get different UUIDs', () => {
  vi.stubGlobal('crypto', undefined)
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
  const now = vi.spyOn(Date, 'now')
  now.mockReturnValueOnce(1_795_305_600_000).mockReturnValueOnce(1_795_305_600_001)
  const [one, other] = [randomUUID(), randomUUID()]
  expect(one).toMatch(version4)
  expect(one).not.toBe(other)
})
