import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { conditions } from '../builds.ts'
import { type Goal, median, type Row, type Suite } from '../suite.ts'

interface Bundle {
  name: string
  /** A file with the one import. */
  file: URL
}

const table = 'a page that imports it'

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

/** As bundlers make it: minified, what is not used left out, gzip level 9. */
export const size: Suite = {
  name: 'size',
  what: 'a minified bundle, gzip -9; kB is 1000 bytes',
  goals: own.map(({ name, atMost }): Goal => ({
    what: `size of ${name}`,
    measured: median(table, name),
    atMost,
    unit: 'kB',
  })),
  async run() {
    return Promise.all(
      [...own, ...peers].map(async ({ name, file }): Promise<Row> => ({
        table,
        name,
        unit: 'kB',
        samples: [gzipSync(await bundle(file), { level: 9 }).length / 1000],
      })),
    )
  },
}

async function bundle(file: URL): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(file)],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: [...conditions, 'browser', 'module'],
    // Some reach for Node's modules behind a check that pages never pass.
    external: ['node:*'],
    logLevel: 'error',
  })
  const { contents } = outputFiles[0]!
  await checkBundle(contents, file)
  return contents
}

/** Runs a bundle: it must have what its file exports. */
async function checkBundle(contents: Uint8Array, file: URL): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bundle-'))
  try {
    const path = join(folder, 'bundle.mjs')
    await writeFile(path, contents)
    const [made, source] = await Promise.all([
      import(pathToFileURL(path).href) as Promise<object>,
      readFile(file, 'utf8'),
    ])
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
