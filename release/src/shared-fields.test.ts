import { expect, test } from 'vitest'
import { readPublicPackages, root } from './workspace.ts'

const packages = readPublicPackages(root)

/** The fields that all published packages share. */
const shared = {
  license: 'MIT',
  author: 'VecTrade',
  type: 'module',
  sideEffects: false,
}

const files = [
  'CHANGELOG.md',
  'dist',
  'src',
  '!src/**/*.test.ts',
  '!src/**/*.test-d.ts',
  '!src/**/fixtures/**',
  '!src/**/test-support/**',
]

/** These need undici 8, which needs Node 22.19. */
const needsUndici = new Set(['@vectrade/node', '@vectrade/sdk'])

test('there are packages to check', () => {
  expect(packages.map(({ name }) => name)).toContain('@vectrade/core')
})

test.for(packages.map(({ name, manifest }) => [name, manifest] as const))(
  '%s has the shared fields of package.json',
  ([name, manifest]) => {
    expect(manifest).toMatchObject(shared)
    expect(manifest['engines']).toEqual({
      node: needsUndici.has(name) ? '>=22.19' : '>=22.12',
    })
    expect(manifest['keywords']).toEqual(expect.arrayContaining(['sse', 'vectrade']))
    expect(manifest['files']).toEqual(expect.arrayContaining(files))
  },
)
