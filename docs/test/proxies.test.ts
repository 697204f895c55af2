import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startSandbox } from '@vectrade/sandbox'
import { expect, test } from 'vitest'
import { root } from './extract.ts'
import { RunningExample } from './run-example.ts'
import { surroundings } from './surroundings.ts'

const page = readFileSync(join(root, 'docs/fetch.md'), 'utf8')
const commands = Array.from(
  page.matchAll(/^((?:\w+=\S+ )+)(node|bun|deno) .*\.[jt]s$/gm),
  ([, variables = '', runtime = '']) => ({
    runtime,
    variables: Object.fromEntries(
      Array.from(variables.matchAll(/(\w+)=(\S+)/g), ([, name, value]) => [name, value] as const),
    ),
  }),
)

test('the page has a command for each runtime', () => {
  expect(commands.map(({ runtime }) => runtime)).toEqual(['node', 'bun', 'deno'])
})

test.for(commands)(
  'the variables on the page lead $runtime through the proxy',
  async ({ runtime, variables }) => {
    await using sandbox = await startSandbox()
    await using api = await surroundings.certificates(sandbox.url, false)
    await using company = await surroundings.proxy()
    const { PROXY_URL: address = '' } = company.variables
    const { SERVER_CA: authority = '' } = api.variables
    const { ended } = new RunningExample(
      {
        ...sandbox,
        variables: {
          ...api.variables,
          NODE_EXTRA_CA_CERTS: authority,
          DENO_CERT: authority,
          // Otherwise Deno also asks for its latest version, through the same proxy.
          DENO_NO_UPDATE_CHECK: '1',
          ...variables,
          HTTPS_PROXY: address,
        },
      },
      [],
      [program(runtime)],
    )
    const { exit, stderr, stdout } = await ended
    expect(exit, stderr).toBe(0)
    expect(stdout).toContain('NVDA')
    expect(api.requests).toBe(sandbox.requests.length)
    expect(api.connections).toBeGreaterThan(0)
    // Every connection is a tunnel.
    expect(company.requests).toBe(api.connections)
  },
)

/** Writes a program that prints an answer. Its words decide in which runtime it runs. */
function program(runtime: string): string {
  const folder = join(import.meta.dirname, '../.examples/proxies')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${runtime}.ts`)
  const name = runtime === 'deno' ? 'deno' : 'node'
  writeFileSync(
    file,
    `// ${runtime} run ${runtime}.ts
import { VecTrade } from '@vectrade/${name}'
console.log(await new VecTrade().ai.stream('Bull case for NVDA?').finalText())
`,
  )
  return file
}
