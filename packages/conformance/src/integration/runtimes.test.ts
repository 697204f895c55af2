import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { defineConformance } from '../index.ts'
import { knownGaps } from '../known-gaps.ts'
import { startLab } from '../lab/start-lab.ts'
import { launchers } from '../launch/launchers.ts'
import { pages } from '../launch/pages.ts'
import { type Row, writeTable } from '../table.ts'

const suite = defineConformance({
  runtime: 'any',
  baseURL: 'http://unused.invalid',
  createClient: () => expect.unreachable('only the names are needed'),
  capabilities: {
    key: true,
    webSockets: true,
    sharedFeeds: true,
    redirects: true,
    abortsLate: true,
    headerBytes: true,
    hearsLeaving: true,
    backpressure: true,
    serve: () => expect.unreachable('only the names are needed'),
  },
}).map(({ name }) => name)
const rows = new Map<string, Row>()
const files = await pages()

test('the name of each case is unique', () => {
  expect(suite.length).toBeGreaterThan(400)
  expect(new Set(suite).size).toBe(suite.length)
})

// Several at a time, because most cases wait for something.
describe.concurrent.for(launchers)('$runtime', (launcher) => {
  const { runtime } = launcher
  const outcomes = new Map<string, string>()
  const said = new Set<string | undefined>()
  let version: string | undefined
  let failure: unknown

  beforeAll(async () => {
    await using lab = await startLab(files)
    try {
      version = await launcher.run(lab)
    } catch (error) {
      // Each case reports its own outcome first.
      failure = error
    }
    for (const { name, failure: failed = 'passed', where } of lab.results) {
      outcomes.set(name, failed)
      said.add(where)
    }
  }, 900_000)

  test.for(suite)('%s', (name) => {
    const gap = knownGaps.find((known) => known.runtimes.test(runtime) && known.cases.test(name))
    expect(outcomes.get(name) ?? 'not run', gap?.reason).toBe(gap ? 'not run' : 'passed')
  })

  test('the suite ran to its end', () => {
    expect(failure).toBeUndefined()
    expect(version).toMatch(/^\d+\.\d+/)
    expect(said.size).toBe(1)
    for (const where of said) expect(where).toMatch(launcher.says)
    const passed = [...outcomes.values()].filter((outcome) => outcome === 'passed').length
    rows.set(runtime, {
      runtime,
      version: version ?? '',
      passed,
      defined: outcomes.size,
      all: suite.length,
    })
  })
})

afterAll(() => {
  // Write the page only if all runtimes ran and all cases passed.
  const ordered = launchers.flatMap(({ runtime }) => rows.get(runtime) ?? [])
  const isWhole = ordered.length === launchers.length
  if (isWhole && ordered.every(({ passed, defined }) => passed === defined)) writeTable(ordered)
})
