import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { compile, type CompilerOptions, strictest } from '../test-support/compile.ts'
import { UserProject } from '../test-support/user-project.ts'

const project = new UserProject('types-libraries', 'types')
project.write('package.json', { type: 'module' })

const node: CompilerOptions = { types: ['node'], lib: ['es2023'] }
const programs: Record<string, readonly [file: string, CompilerOptions]> = {
  'the fetch of each library': ['fetches.ts', node],
  'the fetch of each library, with the DOM': ['fetches.ts', { types: ['node'] }],
  'objects of Node and its libraries': ['node-libraries.ts', node],
  'objects of Node and its libraries, with the DOM': ['node-libraries.ts', { types: ['node'] }],
  'objects of Bun': ['bun.ts', { types: ['bun-types'], lib: ['esnext'] }],
  'the fetch of Expo': ['react-native.ts', { types: [], lib: ['esnext', 'dom'] }],
}

/** Skips the declarations of the libraries, which these tests do not check. */
const flags: CompilerOptions = {
  ...strictest,
  noUnusedLocals: false,
  skipLibCheck: true,
  target: 'esnext',
}

test.concurrent.for(
  Object.entries(programs).flatMap(([name, [file, options]]) =>
    // Two versions where that is cheap.
    (name.includes('DOM') ? (['7'] as const) : (['5.6', '7'] as const)).map((version) => ({
      name,
      file,
      options,
      version,
    })),
  ),
)('the SDK accepts $name, in TypeScript $version', async ({ file, options, version }) => {
  // React Native's types need a newer TypeScript.
  const at = file === 'react-native.ts' && version === '5.6' ? '5.9' : version
  const outcome = await compile(project, at, 'bundler', { ...flags, ...options }, [file])
  expect(outcome).toMatchObject({ code: 0, output: '' })
})

test('the SDK accepts objects of Deno', async () => {
  // The Deno in which this repository runs its tests.
  const deno = fileURLToPath(new URL('../../packages/deno/node_modules/.bin/deno', import.meta.url))
  project.write('deno.json', { nodeModulesDir: 'manual', compilerOptions: { strict: true } })
  const outcome = await project.run(deno, ['check', 'deno.ts'])
  expect(outcome).toMatchObject({ code: 0 })
})
