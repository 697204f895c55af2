import { expect, test } from 'vitest'
import { makeFolder, writeFiles } from './test-support/repository.ts'
import { versionProblems } from './versions.ts'
import { readPublicPackages } from './workspace.ts'

const released = {
  'packages/core/package.json': { name: '@vectrade/core', version: '1.2.0' },
  'packages/core/CHANGELOG.md': '# @vectrade/core\n\n## 1.2.0\n\n- A change.\n',
  'packages/core/src/options/version.ts': "export const version: string = '1.2.0'\n",
  'packages/node/package.json': { name: '@vectrade/node', version: '1.2.0' },
  'packages/node/CHANGELOG.md': '# @vectrade/node\n\n## 1.2.0\n\n## 1.1.0\n',
}

function problems(changes: Record<string, unknown>): string[] {
  const folder = makeFolder(released)
  writeFiles(folder, changes)
  return versionProblems(folder, readPublicPackages(folder))
}

test('a version that version-packages made has no problems', () => {
  expect(problems({})).toEqual([])
})

test('packages of two versions are refused', () => {
  const manifest = { name: '@vectrade/node', version: '1.1.0' }
  expect(problems({ 'packages/node/package.json': manifest })).toEqual([
    expect.stringContaining('different versions, 1.2.0 and 1.1.0'),
  ])
})

test('a version without an entry in the changelog is refused', () => {
  const changelog = '# @vectrade/node\n\n## 1.2.0-next.1\n'
  expect(problems({ 'packages/node/CHANGELOG.md': changelog })).toEqual([
    expect.stringContaining('CHANGELOG.md has no entry for version 1.2.0 of @vectrade/node'),
  ])
})

test('a version that differs from the one that clients send is refused', () => {
  const source = "export const version: string = '1.1.0'\n"
  expect(problems({ 'packages/core/src/options/version.ts': source })).toEqual([
    expect.stringContaining('packages/core/src/options/version.ts does not have version 1.2.0'),
  ])
})
