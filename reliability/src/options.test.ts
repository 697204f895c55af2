import { expect, test } from 'vitest'
import { readOptions } from './options.ts'

const read = (...args: string[]): unknown => readOptions(args, ['relay', 'soak'])

test('the long form of everything is the default', () => {
  expect(read()).toEqual({ names: [], form: 'long', minutes: undefined, isWritten: false })
})

test('names, minutes and --write are accepted, also after --', () => {
  const expected = { names: ['soak'], form: 'long', minutes: 2.5, isWritten: true }
  expect(read('--', 'soak', '--minutes', '2.5', '--write')).toEqual(expected)
})

test.for([
  [['leaks'], 'there is no proof leaks'],
  [['--form', 'middle'], '--form'],
  [['--minutes', 'ten'], '--minutes'],
  [['--minutes', '0'], '--minutes'],
  [['--form', 'short', '--minutes', '1'], '--minutes'],
] as const)('%j is refused', ([args, message]) => {
  expect(() => read(...args)).toThrow(message)
})
