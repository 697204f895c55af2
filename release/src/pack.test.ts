import { expect, test } from 'vitest'
import { publishedManifest } from './pack.ts'

test('the manifest has the repository, and neither scripts nor devDependencies', () => {
  const packed = {
    name: '@vectrade/node',
    version: '1.2.0',
    description: 'A package',
    keywords: ['vectrade'],
    license: 'MIT',
    dependencies: { '@vectrade/core': '1.2.0' },
    devDependencies: { vitest: '^5.0.0' },
    scripts: { build: 'tsup' },
  }
  const metadata = {
    page: 'https://github.com/example/sdk',
    homepage: 'https://example.com',
    bugs: 'https://example.com/bugs',
  }
  expect(publishedManifest(packed, metadata, 'packages/node')).toEqual({
    name: '@vectrade/node',
    version: '1.2.0',
    description: 'A package',
    keywords: ['vectrade'],
    homepage: 'https://example.com',
    bugs: { url: 'https://example.com/bugs' },
    repository: {
      type: 'git',
      url: 'git+https://github.com/example/sdk.git',
      directory: 'packages/node',
    },
    license: 'MIT',
    dependencies: { '@vectrade/core': '1.2.0' },
  })
})
