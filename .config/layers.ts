import { dirname, join, relative, sep } from 'node:path'

/**
 * The packages and programs, top to bottom. Each imports only from rows below its own, so no two of a row
 * import each other.
 */
const packages: readonly (readonly string[])[] = [
  [
    'apps/browser-chat',
    'apps/deno-server',
    'apps/edge-worker',
    'apps/next-chat',
    'apps/node-terminal',
    'apps/shared-events',
  ],
  ['benchmarks', 'reliability', 'packages/conformance'],
  ['packages/react', 'packages/sdk'],
  [
    'packages/ai-sdk',
    'packages/browser',
    'packages/deno',
    'packages/edge',
    'packages/node',
    'packages/otel',
    'packages/redis',
    'packages/sandbox',
  ],
  ['packages/core'],
  ['packages/report', 'packages/test-kit'],
]

/** The folders and files of a package's `src`, top to bottom. Each imports only from those below it. */
const folders: Readonly<Record<string, readonly string[]>> = {
  'packages/core': [
    'index.ts',
    'adapter.ts',
    'on-demand.ts',
    'serve',
    'client.ts',
    'live',
    'resume',
    'store',
    'observe',
    'stream',
    'relay',
    'http',
    'options',
    'sse',
    'lifetime',
    'errors',
    'events',
  ],
  'packages/conformance': [
    'runtimes',
    'launch',
    'programs',
    'store-contract.ts',
    'index.ts',
    'store-contract',
    'cases',
    'http-cases',
    'lab.ts',
    'lab',
    'table.ts',
    'known-gaps.ts',
    'options.ts',
    'data',
  ],
}

/** An import, as an arrow from one layer to another. */
export interface Arrow {
  /** The package whose folders these are; `''` if they are packages. */
  within: string
  from: string
  to: string
  isDownwards: boolean
}

const root = join(import.meta.dirname, '..')
const exempt = /\.test(-d)?\.tsx?$|\/(test-support|integration|fixtures|test|dist)\//

/**
 * Returns the arrow that an import draws. Returns undefined if it stays within its layer, leaves the
 * workspace, or belongs to a test.
 *
 * @param file the absolute path of the importing file
 */
export function arrowOf(file: string, specifier: string): Arrow | undefined {
  const importer = relative(root, file).split(sep).join('/')
  const owner = packages.flat().find((name) => importer.startsWith(`${name}/src/`))
  if (owner === undefined || exempt.test(importer)) return undefined
  const [, name] = /^@vectrade\/([a-z-]+)/.exec(specifier) ?? []
  if (name !== undefined) return arrow('', owner, `packages/${name}`, rowOf)
  const order = folders[owner]
  if (order === undefined || !specifier.startsWith('.')) return undefined
  const source = `${owner}/src/`
  const imported = relative(root, join(dirname(file), specifier))
    .split(sep)
    .join('/')
  const [from = '', to = ''] = [importer, imported].map(
    (path) => path.slice(source.length).split('/')[0],
  )
  return arrow(owner, from, to, (layer) => order.indexOf(layer))
}

function arrow(
  within: string,
  from: string,
  to: string,
  rank: (layer: string) => number,
): Arrow | undefined {
  if (from === to) return undefined
  const isKnown = rank(from) >= 0 && rank(to) >= 0
  return { within, from, to, isDownwards: isKnown && rank(from) < rank(to) }
}

function rowOf(name: string): number {
  return packages.findIndex((row) => row.includes(name))
}

/** Returns the layers of a package, top to bottom; with `''`, the packages. */
export function layersOf(within: string): readonly string[] {
  return within === '' ? packages.flat() : (folders[within] ?? [])
}
