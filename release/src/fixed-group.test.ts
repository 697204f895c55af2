import { expect, test } from 'vitest'
import { fixedGroupProblems } from './fixed-group.ts'
import { makeFolder } from './test-support/repository.ts'
import { root } from './workspace.ts'

const packages = {
  'packages/a/package.json': { name: '@vectrade/a', version: '1.0.0' },
  'packages/b/package.json': { name: '@vectrade/b', version: '1.0.0' },
  'packages/tests/package.json': { name: '@vectrade/tests', private: true },
}

test('the group of this repository is its published packages', () => {
  expect(fixedGroupProblems(root)).toEqual([])
})

test('a missing package is reported, and so is one that is not published', () => {
  const fixed = [['@vectrade/a', '@vectrade/tests']]
  const folder = makeFolder({ ...packages, '.changeset/config.json': { fixed } })
  expect(fixedGroupProblems(folder)).toEqual([
    expect.stringContaining('does not name @vectrade/b, which is published'),
    expect.stringContaining('names @vectrade/tests, which is not a published package'),
  ])
})

test('a pattern is refused, because it would match private packages', () => {
  const folder = makeFolder({ ...packages, '.changeset/config.json': { fixed: [['@vectrade/*']] } })
  expect(fixedGroupProblems(folder)).toContainEqual(expect.stringContaining('names @vectrade/*'))
})

test('two groups are refused, because all packages share one version', () => {
  const fixed = [['@vectrade/a'], ['@vectrade/b']]
  const folder = makeFolder({ ...packages, '.changeset/config.json': { fixed } })
  expect(fixedGroupProblems(folder)).toEqual([expect.stringContaining('must be one group')])
})
