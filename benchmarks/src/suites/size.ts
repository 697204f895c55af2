import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build, type BuildResult, type Metafile } from 'esbuild'
import { conditions } from '../builds.ts'
import { type Goal, median, type Row, type Suite } from '../suite.ts'

interface Bundle {
  name: string
  /** A file with the one import. */
  file: URL
}

const table = 'a page that imports it'
const entryName = 'entry'

const own: (Bundle & { atMost: number })[] = [
  {
    name: '@vectrade/browser',
    file: new URL('../bundles/browser.ts', import.meta.url),
    atMost: 7,
  },
  {
    name: '@vectrade/edge with createHandler',
    file: new URL('../bundles/edge.ts', import.meta.url),
    atMost: 9,
  },
  {
    name: '@vectrade/core, only decodeEventStream',
    file: new URL('../bundles/decode.ts', import.meta.url),
    atMost: 2.6,
  },
]

const peers: Bundle[] = [
  {
    name: 'eventsource-parser stream',
    file: new URL('../bundles/eventsource-parser.ts', import.meta.url),
  },
  {
    name: 'eventsource-client',
    file: new URL('../bundles/eventsource-client.ts', import.meta.url),
  },
  {
    name: '@microsoft/fetch-event-source',
    file: new URL('../bundles/fetch-event-source.ts', import.meta.url),
  },
  { name: '@anthropic-ai/sdk', file: new URL('../bundles/anthropic.ts', import.meta.url) },
  { name: 'openai', file: new URL('../bundles/openai.ts', import.meta.url) },
  { name: 'ai, only streamText', file: new URL('../bundles/ai.ts', import.meta.url) },
]

/** As bundlers make it: minified, what is not used left out, each file compressed by gzip level 9. */
export const size: Suite = {
  name: 'size',
  what: 'what a page loads first and on demand, minified, gzip -9; kB is 1000 bytes',
  goals: own.map(({ name, atMost }): Goal => ({
    what: `size of ${name}`,
    measured: median(table, name),
    atMost,
    unit: 'kB',
  })),
  async run() {
    const bundles = await Promise.all(
      [...own, ...peers].map(async ({ name, file }): Promise<Row[]> => {
        const { first, onDemand } = await bundle(file)
        if (onDemand.length === 0) return [row(name, first)]
        return [row(name, first), row(`${name}, on demand`, onDemand)]
      }),
    )
    return bundles.flat()
  },
}

function row(name: string, files: Uint8Array[]): Row {
  const bytes = files.reduce((sum, file) => sum + gzipSync(file, { level: 9 }).length, 0)
  return { table, name, unit: 'kB', samples: [bytes / 1000] }
}

/** The files of a page. */
interface Parts {
  first: Uint8Array[]
  /** Loaded by `import()`, if at all. */
  onDemand: Uint8Array[]
}

async function bundle(file: URL): Promise<Parts> {
  const { outputFiles, metafile } = await bundleWith(file, { splitting: true })
  const files = new Map(outputFiles.map(({ path, contents }) => [basename(path), contents]))
  const contentsOf = (names: Iterable<string>): Uint8Array[] =>
    Array.from(names, (name) => files.get(name)!)
  const first = reachable(metafile, [`${entryName}.js`], false)
  const onDemand = [...reachable(metafile, first, true)].filter((name) => !first.has(name))
  if (onDemand.length > 0) {
    await checkBundle(files, file)
    return { first: contentsOf(first), onDemand: contentsOf(onDemand) }
  }
  // esbuild splits even at an `import()` that it leaves out. A page without any needs one file only.
  const { contents } = (await bundleWith(file, {})).outputFiles[0]!
  await checkBundle(new Map([[`${entryName}.js`, contents]]), file)
  return { first: [contents], onDemand: [] }
}

function bundleWith(
  file: URL,
  options: { splitting?: boolean },
): Promise<BuildResult<{ metafile: true; write: false }>> {
  return build({
    ...options,
    entryPoints: { [entryName]: fileURLToPath(file) },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    outdir: '.',
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: [...conditions, 'browser', 'module'],
    // Some reach for Node's modules behind a check that pages never pass.
    external: ['node:*'],
    logLevel: 'error',
  })
}

/** Some files and all that they import, with or without what `import()` loads. */
function reachable(
  { outputs }: Metafile,
  files: Iterable<string>,
  withOnDemand: boolean,
): Set<string> {
  const names = new Set(files)
  for (const name of names) {
    for (const { path, kind } of outputs[name]?.imports ?? []) {
      if (path in outputs && (withOnDemand || kind === 'import-statement')) names.add(path)
    }
  }
  return names
}

/** Runs a bundle: it must have what its file exports. */
async function checkBundle(files: Map<string, Uint8Array>, file: URL): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bundle-'))
  try {
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
    await Promise.all([...files].map(([name, bytes]) => writeFile(join(folder, name), bytes)))
    // Those that are loaded on demand must work, too.
    const modules = await Promise.all(
      [...files.keys()].map((name) => import(pathToFileURL(join(folder, name)).href)),
    )
    const made = Object.assign({}, ...modules) as object
    const source = await readFile(file, 'utf8')
    const names = /\{(.*)\}/.exec(source)?.[1]?.split(',') ?? []
    for (const name of names.map((given) => given.trim())) {
      if (typeof Reflect.get(made, name) !== 'function')
        throw new Error(`no ${name} in ${file.href}`)
    }
    if (names.length === 0) throw new Error(`${file.href} exports nothing`)
  } finally {
    await rm(folder, { recursive: true })
  }
}
