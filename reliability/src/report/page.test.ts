import { expect, test } from 'vitest'
import { proofs } from '../proofs.ts'
import { fillPage, readPage } from './page.ts'
import { readResults } from './results.ts'

const hint = 'pnpm soak --write fills in results.json and docs/reliability.md'

test('docs/reliability.md has the figures of results.json for every proof', () => {
  const page = readPage()
  expect(fillPage(page, proofs, readResults()), hint).toBe(page)
})

test('results.json has each proof once, and no other', () => {
  const names = readResults().map(({ name }) => name)
  expect(names, hint).toEqual(proofs.map(({ name }) => name))
})

test('a proof without a result is an error', () => {
  const unknown = { name: 'unknown', promise: 'Nothing', run: () => Promise.reject() }
  expect(() => fillPage(readPage(), [unknown], readResults())).toThrow('unknown')
})
