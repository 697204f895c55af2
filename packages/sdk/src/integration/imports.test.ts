import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { compile, createEngine, engineGlobals, load, webGlobals } from '../test-support/engine.ts'

interface Manifest {
  name: string
  private?: boolean
  exports: Record<string, unknown>
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
}

const packages = fileURLToPath(new URL('../../..', import.meta.url))
const read = (file: string): Manifest => JSON.parse(readFileSync(file, 'utf8')) as Manifest
const published = globSync('*/package.json', { cwd: packages })
  .map((file) => read(`${packages}/${file}`))
  .filter((manifest) => !manifest.private)

/** Everything that users can import, with each condition that selects another file. */
const imports = published.flatMap(({ name, exports }) =>
  Object.keys(exports)
    .filter((path) => path !== './package.json')
    .flatMap((path) => {
      const all = name === '@vectrade/sdk' ? ['browser', 'deno', 'node', 'workerd'] : ['default']
      return all.map((condition): [string, string] => [`${name}${path.slice(1)}`, condition])
    }),
)

test('this package is built after every published package', () => {
  const { name: own, dependencies, devDependencies } = read(`${packages}/sdk/package.json`)
  const known = { ...dependencies, ...devDependencies, [own]: '' }
  for (const { name } of published) expect(Object.keys(known)).toContain(name)
  expect(imports.length).toBeGreaterThan(published.length)
})

describe.for(imports)('%s can be imported (%s)', ([path, condition]) => {
  const code = compile(`export * from '${path}'`, [condition])

  test('in an engine without web globals', async () => {
    const names = Object.keys(load(await code, createEngine([], engineGlobals)))
    expect(names.length).toBeGreaterThan(0)
  })

  test.for([...webGlobals, ...engineGlobals])('without %s', async (missing) => {
    const others = webGlobals.filter((name) => name !== missing)
    const names = Object.keys(load(await code, createEngine(others, [missing])))
    expect(names.length).toBeGreaterThan(0)
  })
})

/** A program that is compiled for older engines. Babel and SWC look for the same symbols as esbuild. */
const program = `
  import { decodeEventStream, VecTrade } from '@vectrade/browser'
  const bytes = (text) => new Response(text).body
  const answer = 'data: {"type":"text","content":"whole"}\\n\\ndata: [DONE]\\n\\n'
  const headers = { 'content-type': 'text/event-stream' }

  export async function run() {
    const seen = []
    let signal
    const fetch = async (_, init) => ((signal = init.signal), new Response(answer, { headers }))
    const clientOf = () => new VecTrade({ endpoint: 'https://e.example/api', fetch })
    {
      using client = clientOf()
      await using other = clientOf()
      for await (const { content } of client.ai.stream('p')) seen.push(content)
      for await (const piece of other.ai.stream('p').textStream) seen.push(piece)
      for await (const { data } of decodeEventStream(bytes(answer))) seen.push(data.length)
      await using left = client.ai.stream('p')
      await left.response
      seen.push(signal.aborted)
      globalThis.clients = [client, other]
    }
    seen.push(signal.aborted)
    for (const client of globalThis.clients) {
      seen.push(await client.ai.stream('p').finalText().catch((error) => error.name))
    }
    return seen
  }`

test.for([
  { missing: [] },
  { missing: ['Symbol.asyncDispose', 'Symbol.asyncIterator', 'Symbol.dispose'] },
])('compiled `using` and `for await` work in an engine with %j', async ({ missing }) => {
  const code = await compile(program, ['browser'], true)
  const { run } = load(code, createEngine(webGlobals, missing)) as { run: () => Promise<unknown> }
  const closed = 'RequestAbortedError'
  expect(await run()).toEqual(['whole', 'whole', 33, 6, false, true, closed, closed])
})

test('compiled `using` works if the symbol is defined after the import', async () => {
  const code = await compile(`export { VecTrade } from '@vectrade/browser'`, ['browser'])
  const engine = createEngine(webGlobals, ['Symbol.asyncDispose'])
  const { VecTrade } = load(code, engine) as unknown as typeof import('@vectrade/browser')
  const asyncDispose = Symbol('Symbol.asyncDispose')
  const symbols = (engine as { Symbol?: object }).Symbol ?? {}
  Object.defineProperty(symbols, 'asyncDispose', { value: asyncDispose })
  const stream = new VecTrade({ endpoint: 'https://e.example/api' }).ai.stream('p')
  expect(asyncDispose in stream).toBe(true)
})
