import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { UserProject } from '../test-support/user-project.ts'

const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'))
const tsc = join(typescript, 'bin/tsc')

let project: UserProject
beforeAll(async () => {
  project = await UserProject.create()
}, 60_000)
afterAll(() => project[Symbol.dispose]())

/** Returns the names of the adapters that these files belong to. */
function adapters(files: readonly string[]): string[] {
  const names = files.map((file) => /node_modules\/@vectrade\/([a-z]+)\//.exec(file)?.[1] ?? 'core')
  return [...new Set(names)].filter((name) => name !== 'core' && name !== 'sdk')
}

describe('a bundle contains one adapter, for', () => {
  test.for([
    ['Wrangler', ['workerd', 'worker', 'browser'], 'edge'],
    ["Next.js's edge runtime", ['edge-light', 'worker', 'module'], 'edge'],
    ["Next.js's server", ['node', 'module'], 'node'],
    ['pages', ['browser', 'module'], 'browser'],
    // webpack's target for workers. Such workers also run on servers, but a page's worker must have no key.
    ["pages' workers", ['worker', 'browser', 'module'], 'browser'],
    ["Electron's pages", ['node', 'browser', 'electron'], 'browser'],
    ['React Native', ['react-native'], 'edge'],
    ['Fastly', ['fastly'], 'edge'],
    ['Deno', ['deno', 'node'], 'deno'],
    ['Bun', ['bun', 'node', 'worker', 'module'], 'node'],
    ['a bundler without conditions', [], 'edge'],
  ] as const)('%s', async ([, conditions, name]) => {
    const { files } = await project.bundle("export * from '@vectrade/sdk'", {
      conditions: [...conditions],
      external: ['node:*'],
    })
    expect(adapters(files)).toEqual([name])
  })
})

describe('TypeScript reads the declarations of one adapter, with', () => {
  const bundler = ['--module', 'esnext', '--moduleResolution', 'bundler']

  test.for([
    [['--module', 'nodenext'], 'node'],
    [bundler, 'edge'],
    ...(['browser', 'deno', 'node'] as const).map(
      (name) => [[...bundler, '--customConditions', name], name] as const,
    ),
    [['--module', 'nodenext', '--customConditions', 'workerd'], 'edge'],
  ] as const)('%j', async ([args, name]) => {
    const file = project.write('app.ts', "export { VecTrade } from '@vectrade/sdk'")
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [tsc, '--noEmit', '--listFilesOnly', '--types', '', ...args, file],
      { cwd: project.folder },
    )
    expect(adapters(stdout.split('\n'))).toEqual([name])
  })
})
