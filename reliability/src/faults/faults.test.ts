import { beforeAll, describe, expect, test } from 'vitest'
import { nameOf } from './cell.ts'
import { cells, families } from './cells.ts'
import { playIn, type PlatformOutcome } from './faults.ts'
import { platforms } from './platforms.ts'

test('every cell is unique', () => {
  expect(cells.length).toBeGreaterThan(200)
  expect(new Set(cells.map(nameOf)).size).toBe(cells.length)
})

describe.for(platforms)('$name', (platform) => {
  let outcome: PlatformOutcome

  beforeAll(async () => {
    outcome = await playIn(platform, cells)
    console.log(outcome.figures)
  })

  test.for(families)('%s: a whole answer or a typed error, in time', (family) => {
    expect(outcome.failures.filter((failure) => failure.family === family)).toEqual([])
  })

  test('no rejection is unhandled, and no process dies', () => {
    expect(outcome.failures.filter(({ family }) => family === undefined)).toEqual([])
  })
})
