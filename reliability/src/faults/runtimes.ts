import { join } from 'node:path'
import { build } from 'esbuild'

const packageRoot = join(import.meta.dirname, '../..')
const program = (name: string): string => join(import.meta.dirname, 'programs', `${name}.ts`)
const command = (name: string): string => join(packageRoot, 'node_modules/.bin', name)
const nodeOf = (major: number): string => join(packageRoot, `node_modules/node${major}/bin/node`)
const onSource = '--conditions=@vectrade/source'

/** A runtime of the matrix. */
export interface Runtime {
  readonly name: string
  /** The content codings that its fetch decodes. */
  readonly decodes: readonly string[]
  /** The program and its first arguments; those of `playCells` follow. */
  command(): Promise<readonly string[]>
  /** Arguments after those of `playCells`. */
  further?(): Promise<readonly string[]>
}

const node = (major: 22 | 24 | 26, decodes: readonly string[]): Runtime => ({
  name: `Node ${major}`,
  decodes,
  command: async () => [nodeOf(major), '--no-warnings', onSource, program('node')],
})

export const runtimes: readonly Runtime[] = [
  node(22, ['gzip', 'br']),
  node(24, ['gzip', 'br', 'zstd']),
  node(26, ['gzip', 'br', 'zstd']),
  {
    name: 'Bun',
    decodes: ['gzip', 'br', 'zstd'],
    command: async () => [command('bun'), onSource, program('node')],
  },
  {
    name: 'Deno',
    decodes: ['gzip', 'br'],
    async command() {
      const flags = ['run', '--no-check', '--no-lock', '--allow-net', '--allow-env', '--allow-sys']
      return [command('deno'), ...flags, await bundle('deno', ['@vectrade/source'])]
    },
  },
  {
    name: 'workerd',
    decodes: ['gzip', 'br'],
    command: async () => [nodeOf(24), '--no-warnings', program('host-workerd')],
    further: async () => [await bundle('workerd', ['@vectrade/source', 'workerd'])],
  },
]

const bundles = new Map<string, Promise<string>>()

/** A program and all it needs, from the sources of the packages, as one file. Made once. */
function bundle(name: string, conditions: string[]): Promise<string> {
  const made = bundles.get(name) ?? writeBundle(name, conditions)
  bundles.set(name, made)
  return made
}

async function writeBundle(name: string, conditions: string[]): Promise<string> {
  const outfile = join(packageRoot, '.vitest', `faults-${name}.js`)
  await build({
    entryPoints: [program(name)],
    bundle: true,
    outfile,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    external: ['node:*'],
    conditions,
  })
  return outfile
}
