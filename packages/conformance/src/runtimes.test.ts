import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { defineConformance } from './index.ts'
import { knownGaps } from './known-gaps.ts'
import { startLab } from './lab/start-lab.ts'
import { launchers } from './launch/launchers.ts'
import { pages } from './launch/pages.ts'
import { type Row, writeTable } from './table.ts'

const suite = defineConformance({
  runtime: 'any',
  baseUrl: 'http://unused.invalid',
  createClient: () => expect.unreachable('the names are all that is needed'),
  capabilities: {
    key: true,
    redirects: true,
    backpressure: true,
    serve: () => expect.unreachable('the names are all that is needed'),
  },
}).map(({ name }) => name)
const rows: Row[] = []
const files = await pages()

test('no case is there twice', () => {
  expect(suite.length).toBeGreaterThan(400)
  expect(new Set(suite).size).toBe(suite.length)
})

describe.for(launchers)('$runtime', (launcher) => {
  const { runtime } = launcher
  const outcomes = new Map<string, string>()
  let version: string | undefined
  let failure: unknown

  beforeAll(async () => {
    await using lab = await startLab(files)
    try {
      version = await launcher.run(lab)
    } catch (error) {
      // Each case has its own say first.
      failure = error
    }
    for (const result of lab.results) outcomes.set(result.name, result.failure ?? 'passed')
  }, 600_000)

  test.for(suite)('%s', (name) => {
    const gap = knownGaps.find((known) => known.runtimes.test(runtime) && known.cases.test(name))
    expect(outcomes.get(name) ?? 'not run', gap?.reason).toBe(gap ? 'not run' : 'passed')
  })

  test('ran to its end', () => {
    expect(failure).toBeUndefined()
    expect(version).toMatch(/^\d+\.\d+/)
    const passed = [...outcomes.values()].filter((outcome) => outcome === 'passed').length
    rows.push({
      runtime,
      version: version ?? '',
      passed,
      defined: outcomes.size,
      all: suite.length,
    })
  })
})

afterAll(() => {
  // A table of some of them would be no table.
  if (rows.length === launchers.length) writeTable(rows)
})
