import { expect, test } from 'vitest'
import { hashOf } from './random.ts'
import { walkAt } from './random-walk.ts'

const key = hashOf('a walk')
const steps = Array.from({ length: 5000 }, (_, step) => walkAt(key, step + 1) - walkAt(key, step))

test('a walk gives the same value for the same key and step, in any order', () => {
  const forwards = [0, 1, 2, 1000, 70_000].map((step) => walkAt(key, step))
  const backwards = [70_000, 1000, 2, 1, 0].map((step) => walkAt(key, step))
  expect(backwards.toReversed()).toEqual(forwards)
  expect(walkAt(hashOf('another'), 1000)).not.toBe(walkAt(key, 1000))
})

test('a step is about 1, up as often as down', () => {
  const variance = steps.reduce((sum, step) => sum + step ** 2, 0) / steps.length
  expect(variance).toBeGreaterThan(0.5)
  expect(variance).toBeLessThan(2)
  const up = steps.filter((step) => step > 0).length / steps.length
  expect(Math.abs(up - 0.5)).toBeLessThan(0.05)
  expect(Math.max(...steps.map(Math.abs))).toBeLessThan(10)
})

test('a walk goes far, and is back after 65,536 steps', () => {
  const far = Array.from({ length: 64 }, (_, index) => Math.abs(walkAt(key, index * 1024)))
  expect(Math.max(...far)).toBeGreaterThan(20)
  expect(walkAt(key, 0)).toBe(0)
  expect(walkAt(key, 2 ** 16)).toBe(0)
  expect(walkAt(key, 2 ** 16 + 5)).not.toBe(walkAt(key, 5))
})
