import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { packageProblems } from './package-problems.ts'
import { makeFolder, writeFiles } from './test-support/repository.ts'

const manifest = {
  name: '@vectrade/node',
  version: '1.2.0',
  description: 'A package',
  keywords: ['vectrade'],
  author: 'VecTrade',
  license: 'MIT',
  homepage: 'https://example.com',
  bugs: { url: 'https://example.com/bugs' },
  repository: { type: 'git', url: 'git+https://example.com/sdk.git', directory: 'packages/node' },
  exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
  dependencies: { '@vectrade/core': '1.2.0', 'eventsource-parser': '^4.1.3' },
}
const sound = {
  'package.json': manifest,
  'README.md': '[docs](https://example.com/docs)',
  'CHANGELOG.md': '## 1.2.0\n',
  LICENSE: 'MIT License',
  'dist/index.js': '',
  'dist/index.d.ts': '',
}

test('a sound package has no problems', () => {
  expect(packageProblems(makeFolder(sound), '1.2.0')).toEqual([])
})

describe('a package is refused', () => {
  const withField = (field: string, value: unknown): Record<string, unknown> => ({
    'package.json': { ...manifest, [field]: value },
  })
  test.for<[string, Record<string, unknown>, string]>([
    ['for an old changelog', { 'CHANGELOG.md': '## 1.1.0\n' }, 'no entry for 1.2.0'],
    ['for a relative link', { 'README.md': '[a](../../docs/a.md)' }, '../../docs/a.md'],
    ['with a test', { 'src/a.test.ts': '' }, 'src/a.test.ts belongs to a test'],
    ['with a fixture', { 'src/fixtures/a.json': '' }, 'src/fixtures/a.json belongs to a test'],
    ['without an author', withField('author', ''), '`author` in package.json is empty'],
    ['without keywords', withField('keywords', []), '`keywords` in package.json is empty'],
    ['without bugs', withField('bugs', { url: '' }), '`bugs` in package.json is empty'],
    ['for a workspace range', withField('dependencies', { a: 'workspace:*' }), '"workspace:*"'],
    ['for a catalog range', withField('peerDependencies', { a: 'catalog:' }), '"catalog:"'],
    [
      'for another version of one of our packages',
      withField('dependencies', { '@vectrade/core': '^1.2.0' }),
      'The range of @vectrade/core is "^1.2.0", but must be 1.2.0',
    ],
    ['for a missing entry', withField('main', './dist/main.js'), './dist/main.js'],
    ['for a missing command', withField('bin', { a: 'dist/a.js' }), 'dist/a.js'],
    [
      'for missing types',
      withField('typesVersions', { '*': { handler: ['./dist/handler.d.ts'] } }),
      './dist/handler.d.ts',
    ],
  ])('%s', ([, changes, problem]) => {
    const folder = makeFolder(sound)
    writeFiles(folder, changes)
    expect(packageProblems(folder, '1.2.0')).toEqual([expect.stringContaining(problem)])
  })

  test.for(['LICENSE', 'README.md'])('without a %s', (file) => {
    const folder = makeFolder(sound)
    rmSync(join(folder, file))
    expect(packageProblems(folder, '1.2.0')).toEqual([`${file} is missing.`])
  })
})
