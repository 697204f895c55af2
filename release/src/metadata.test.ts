import { describe, expect, test } from 'vitest'
import { readMetadata } from './metadata.ts'

const manifest = { name: 'root', version: '0.0.0' }

describe('the page of the repository', () => {
  test.for([
    ['https://github.com/example/sdk'],
    ['https://github.com/example/sdk/'],
    ['https://github.com/example/sdk.git'],
    ['git+https://github.com/example/sdk.git'],
    ['git+ssh://git@github.com/example/sdk.git'],
    ['git@github.com:example/sdk.git'],
    ['git://github.com/example/sdk.git'],
    ['github:example/sdk'],
    ['example/sdk'],
  ])('%s', ([repository]) => {
    const metadata = readMetadata({ ...manifest, repository })
    expect(metadata.page).toBe('https://github.com/example/sdk')
    expect(readMetadata({ ...manifest, repository: { type: 'git', url: repository } })).toEqual(
      metadata,
    )
  })

  test('may be on another host', () => {
    const repository = 'https://git.example.com:8443/group/team/sdk.git'
    expect(readMetadata({ ...manifest, repository }).page).toBe(
      'https://git.example.com:8443/group/team/sdk',
    )
  })
})

test('homepage and bugs follow from the repository', () => {
  expect(readMetadata({ ...manifest, repository: 'example/sdk', homepage: '', bugs: '' })).toEqual({
    page: 'https://github.com/example/sdk',
    homepage: 'https://github.com/example/sdk#readme',
    bugs: 'https://github.com/example/sdk/issues',
  })
})

test('homepage and bugs may be set', () => {
  const set = { homepage: 'https://example.com', bugs: { url: 'https://example.com/bugs' } }
  expect(readMetadata({ ...manifest, repository: 'example/sdk', ...set })).toMatchObject({
    homepage: 'https://example.com',
    bugs: 'https://example.com/bugs',
  })
})

test.for([[undefined], [''], ['  '], [{}], [{ type: 'git', url: '' }]])(
  'refuses %o as a repository',
  ([repository]) => {
    expect(() => readMetadata({ ...manifest, repository })).toThrow(
      /`repository` in the root package\.json is empty.*`homepage` and `bugs`/,
    )
  },
)

test.for([['sdk'], ['https://github.com'], ['https://github.com/'], ['a b/c']])(
  'refuses %s, which is not an address',
  ([repository]) => {
    expect(() => readMetadata({ ...manifest, repository })).toThrow('not the address')
  },
)
