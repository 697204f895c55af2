import { mkdirSync, realpathSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import {
  compile,
  type CompilerOptions,
  type Resolution,
  resolutions,
  strictest,
  type TypeScript,
} from '../test-support/compile.ts'
import { UserProject } from '../test-support/user-project.ts'

const versions: readonly TypeScript[] = ['5.6', '5.9', '6', '7']

interface Environment {
  /** The program to compile with these types. */
  file: string
  options: CompilerOptions
  /** The resolutions to check. The declarations are the same in each, so slow checks use only one. */
  by: readonly Resolution[]
}

const all = Object.keys(resolutions) as Resolution[]
/** Node's own declarations take most of the time, so they are checked only with nodenext. */
const node: CompilerOptions = { types: ['node'], lib: ['es2023'] }

const environments: Record<string, Environment> = {
  'in Node': { file: 'server.ts', options: node, by: ['nodenext'] },
  'in Node, skipping libraries': {
    file: 'server.ts',
    options: { ...node, skipLibCheck: true },
    by: all.filter((name) => name !== 'nodenext'),
  },
  'in Node with the DOM': { file: 'server.ts', options: { types: ['node'] }, by: ['bundler'] },
  'in a page': { file: 'page.ts', options: { types: [], lib: ['es2022', 'dom'] }, by: all },
  'in a Worker': {
    file: 'worker.ts',
    options: { types: ['@cloudflare/workers-types'], lib: ['es2022'] },
    by: ['bundler'],
  },
}

const project = new UserProject('types-versions', 'types')
project.write('package.json', { type: 'module' })

describe.each(versions)('TypeScript %s accepts the declarations', (version) => {
  const cases = Object.keys(environments).flatMap((name) =>
    environments[name]!.by
      // TypeScript 7 has no node10.
      .filter((resolution) => version !== '7' || resolution !== 'node10')
      .map((resolution) => [name, resolution] as const),
  )
  test.concurrent.for(cases)('%s, by %s', async ([name, resolution]) => {
    const { file, options } = environments[name]!
    const flags = { ...strictest, skipDefaultLibCheck: true, ...options }
    const outcome = await compile(project, version, resolution, flags, [file])
    expect(outcome).toMatchObject({ code: 0, output: '' })
  })
})

test("the types of Node's floor are enough", async () => {
  const node22 = new UserProject('types-node22', 'types')
  node22.write('package.json', { type: 'module' })
  const types = join(node22.folder, 'node_modules/@types')
  mkdirSync(types, { recursive: true })
  const installed = fileURLToPath(new URL('../node_modules/types-node22', import.meta.url))
  symlinkSync(realpathSync(installed), join(types, 'node'))
  const flags = { ...strictest, ...node }
  const outcome = await compile(node22, '7', 'nodenext', flags, ['server.ts'])
  expect(outcome).toMatchObject({ code: 0, output: '' })
})
