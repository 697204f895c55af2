import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { compile, strictest } from '../test-support/compile.ts'
import { entries } from '../test-support/entries.ts'
import { tmp } from '../test-support/install-packages.ts'
import { UserProject } from '../test-support/user-project.ts'

const project = new UserProject('types-entries', 'types')
project.write('package.json', { type: 'module' })
const imports = entries.map((entry, at) => `import * as entry${at} from '${entry}'\n`).join('')
const checks = entries.map((_, at) => `const is${at}: IsAny<typeof entry${at}> = false\n`).join('')
const uses = entries.map((_, at) => `is${at}`).join(', ')
const program = `import type { IsAny } from './is-any.js'\n${imports}${checks}export const all = [${uses}]\n`
project.write('entries.ts', program)
const options = { ...strictest, types: ['node'], skipLibCheck: true }

test('the entries are found', () => {
  expect(entries).toContain('@vectrade/sdk')
  expect(entries).toContain('@vectrade/sandbox/handler')
})

test.for(entries)('tools that do not read `exports` find the same names in %s', (entry) => {
  const require = createRequire(join(project.folder, 'entries.ts'))
  const names = require(entry) as object
  // For a path, Node looks for files and `main`, like tools that do not read `exports`.
  const found = require(join(tmp, 'node_modules', entry)) as object
  expect(Object.keys(found).length).toBeGreaterThan(0)
  expect({ ...found }).toEqual({ ...names })
})

describe('every entry has its types', () => {
  test.concurrent.for([
    ['5.6', 'node10'],
    ['5.9', 'node10'],
    ['6', 'node10'],
    ['7', 'bundler'],
    ['7', 'nodenext'],
  ] as const)('in TypeScript %s, by %s', async ([version, resolution]) => {
    const outcome = await compile(project, version, resolution, options, ['entries.ts'])
    expect(outcome).toMatchObject({ code: 0, output: '' })
  })
})

describe('every entry names the version that it needs, if TypeScript is older', () => {
  test.concurrent.for([
    ['4.9', 'node10'],
    ['4.9', 'nodenext'],
    ['5.5', 'node10'],
    ['5.5', 'bundler'],
    ['5.5', 'nodenext'],
  ] as const)('in TypeScript %s, by %s', async ([version, resolution]) => {
    // Such an old TypeScript cannot parse today's types of Node.
    const old = { ...options, types: [] }
    const { code, output } = await compile(project, version, resolution, old, ['entries.ts'])
    expect(code).toBe(2)
    const lines = output.match(
      /TS2306: File '.*\/needs-typescript-5\.6-or-newer\.d\.ts' is not a module/g,
    )
    expect(lines).toHaveLength(entries.length)
  })
})

describe('a file that is compiled to CommonJS can import every entry', () => {
  const commonJs = new UserProject('types-commonjs', 'types')
  commonJs.write('package.json', {})
  commonJs.write('entries.ts', program)
  const flags = { ...options, verbatimModuleSyntax: false }

  test.concurrent.for([
    ['5.9', 'nodenext'],
    ['6', 'nodenext'],
    ['7', 'nodenext'],
  ] as const)('in TypeScript %s, by %s', async ([version, resolution]) => {
    const outcome = await compile(commonJs, version, resolution, flags, ['entries.ts'])
    expect(outcome).toMatchObject({ code: 0, output: '' })
  })

  test('except with node16, as the page says', async () => {
    const { output } = await compile(commonJs, '7', 'node16', flags, ['entries.ts'])
    expect(output).toContain('TS1479: The current file is a CommonJS module')
  })
})
