import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { countChecks } from './checks.ts'
import { ExampleProject } from './example-project.ts'
import { describeRuns, describeTypes } from './example-tests.ts'
import { examplesInPage, pages, root } from './extract.ts'

const examples = pages().flatMap(examplesInPage)

const node = new ExampleProject(examples, { name: 'pages', library: 'node' })
const dom = new ExampleProject(examples, { name: 'pages-dom', library: 'dom' })

describe('the snippets of the pages', () => {
  test('are found', () => {
    expect(examples.length).toBeGreaterThanOrEqual(25)
    for (const page of ['README.md', 'docs/node.md', 'docs/errors.md', 'packages/core/README.md']) {
      expect(examples.map(({ file }) => file)).toContain(page)
    }
  })

  test('are the only code: other fences are commands, output, or tested elsewhere', () => {
    const languages = pages().flatMap((page) =>
      Array.from(read(page).matchAll(/^```(.+)$/gm), ([, name]) => `${page}: ${name}`),
    )
    const others = languages.filter((language) => !/: (?:ts|sh|text)$/.test(language))
    // nginx.test.ts and deploying-proxies.test.ts test the settings of proxies, deploying.test.ts those of platforms,
    // `e2e/frameworks` those of Jest and Nest, jsx.test.ts the component, and the test below the settings of Wrangler.
    expect(new Set(others)).toEqual(
      new Set([
        'docs/node.md: nginx',
        'docs/testing.md: js',
        'docs/react.md: tsx',
        'docs/frameworks.md: js',
        'docs/live-data.md: json',
        ...['nginx', 'caddy', 'haproxy', 'yaml', 'toml'].map(
          (name) => `docs/deploying.md: ${name}`,
        ),
      ]),
    )
  })

  test('have the settings for Wrangler that the example has', () => {
    const [, json = ''] = /^```json\n(.*?)^```/ms.exec(read('docs/live-data.md')) ?? []
    const jsonc = read('apps/edge-worker/wrangler.jsonc')
    const settings = JSON.parse(
      jsonc.replaceAll(/^\s*\/\/.*$/gm, '').replaceAll(/,(?=\s*[\]}])/g, ''),
    )
    const { compatibility_flags: flags, ...others } = JSON.parse(json)
    expect(settings).toMatchObject(others)
    expect(settings.compatibility_flags).toEqual(expect.arrayContaining(flags))
  })

  test('often say what they print', () => {
    const checked = examples.filter(
      ({ code, output }) => output !== undefined || countChecks(code) > 0,
    )
    expect(checked.length).toBeGreaterThanOrEqual(8)
  })

  test('run, with at most one exception', () => {
    expect(
      examples.filter(({ directives }) => directives.notRun !== undefined).length,
    ).toBeLessThanOrEqual(1)
  })

  describeTypes('type-check where there is only Node', examples, node)
  describeTypes('type-check with the DOM library', examples, dom)
  describeRuns(examples, node)
})

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}
