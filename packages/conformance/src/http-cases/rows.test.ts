import { join } from 'node:path'
import { expect, test } from 'vitest'
import rows from '../data/http-cases.json' with { type: 'json' }
import { packageRoot, runProgram } from '../launch/child.ts'

test('each row of http-cases.json has one test of its name', async () => {
  const vitest = join(packageRoot, 'node_modules/vitest/vitest.mjs')
  const flags = ['list', 'src/http-cases', '--json']
  const listed = await runProgram(process.execPath, [vitest, ...flags])
  const tests = JSON.parse(listed) as { name: string; file: string }[]
  const names = tests.filter(({ file }) => file !== import.meta.filename).map(({ name }) => name)
  const expected = rows.map(({ name }) => name)
  expect(names.toSorted()).toEqual(expected.toSorted())
})
