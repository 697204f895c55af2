import { describe, expect, test } from 'vitest'
import { absoluteLinks, relativeLinks } from './absolute-links.ts'

const base = { page: 'https://github.com/example/sdk', directory: 'packages/node' }
const blob = 'https://github.com/example/sdk/blob/HEAD'
const raw = 'https://github.com/example/sdk/raw/HEAD'

describe('becomes absolute', () => {
  test.for<[string, string, string]>([
    ['a file of another folder', '[a](../../docs/node.md)', `[a](${blob}/docs/node.md)`],
    ['a heading there', '[a](../../docs/node.md#options)', `[a](${blob}/docs/node.md#options)`],
    ['a file beside it', '[a](CHANGELOG.md)', `[a](${blob}/packages/node/CHANGELOG.md)`],
    ['a file from the root', '[a](/LICENSE)', `[a](${blob}/LICENSE)`],
    ['a link with a title', '[a](../../a.md "A")', `[a](${blob}/a.md "A")`],
    ['a target in brackets', '[a](<../../a b.md>)', `[a](<${blob}/a b.md>)`],
    ['code as text', '[`a`](../../a.md)', `[\`a\`](${blob}/a.md)`],
    ['brackets in the text', '[a [b] c](../../a.md)', `[a [b] c](${blob}/a.md)`],
    ['an image', '![a](../../a.png)', `![a](${raw}/a.png)`],
    ['an image as text', '[![a](../../a.png)](../../a.md)', `[![a](${raw}/a.png)](${blob}/a.md)`],
    ['a definition', 'See [a].\n\n[a]: ../../a.md', `See [a].\n\n[a]: ${blob}/a.md`],
    ['HTML', '<img alt="a" src="../../a.png">', `<img alt="a" src="${raw}/a.png">`],
    [
      'after an open fence',
      '```\ncode\n```\n[a](../../a.md)',
      `\`\`\`\ncode\n\`\`\`\n[a](${blob}/a.md)`,
    ],
  ])('%s', ([, markdown, expected]) => {
    expect(absoluteLinks(markdown, base)).toBe(expected)
  })
})

describe('stays as it is', () => {
  test.for<[string, string]>([
    ['an absolute link', '[a](https://example.com/a.md)'],
    ['an e-mail address', '[a](mailto:a@example.com)'],
    ['a heading of the page', '[a](#options)'],
    ['a fenced block', '```md\n[a](../../a.md)\n```'],
    ['a fenced block that is not closed', '~~~\n[a](../../a.md)\n'],
    ['a fence in a longer fence', '````md\n```\n[a](../../a.md)\n```\n````'],
    ['a code span', '`[a](../../a.md)`'],
    ['a code span with backticks', '`` `[a](../../a.md)` ``'],
    ['an option in brackets', 'sandbox [options] (see below)'],
  ])('%s', ([, markdown]) => {
    expect(absoluteLinks(markdown, base)).toBe(markdown)
    expect(relativeLinks(markdown)).toEqual([])
  })
})

test('refuses a link out of the repository', () => {
  expect(() => absoluteLinks('[a](../../../a.md)', base)).toThrow('leaves the repository')
})

test('finds the relative links', () => {
  const markdown = '[a](a.md#b) ![c](c.png) `[d](d.md)` [e](https://example.com)'
  expect(relativeLinks(markdown).toSorted()).toEqual(['a.md#b', 'c.png'])
})
