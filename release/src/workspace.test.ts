import { expect, test } from 'vitest'
import { makeFolder } from './test-support/repository.ts'
import { readPublicPackages, root } from './workspace.ts'

test('a package comes after its dependencies, and private packages are left out', () => {
  const folder = makeFolder({
    'packages/all/package.json': {
      name: 'all',
      version: '1.0.0',
      dependencies: { one: '1.0.0', core: '1.0.0', other: '^2.0.0' },
    },
    'packages/core/package.json': { name: 'core', version: '1.0.0' },
    'packages/one/package.json': {
      name: 'one',
      version: '1.0.0',
      dependencies: { core: '1.0.0' },
    },
    'packages/tests/package.json': { name: 'tests', private: true },
  })
  expect(readPublicPackages(folder).map(({ name, directory }) => [name, directory])).toEqual([
    ['core', 'packages/core'],
    ['one', 'packages/one'],
    ['all', 'packages/all'],
  ])
})

test('core is the first to be published here', () => {
  expect(readPublicPackages(root)[0]?.name).toBe('@vectrade/core')
})
