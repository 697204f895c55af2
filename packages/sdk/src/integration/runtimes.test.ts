import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { EdgeVM } from '@edge-runtime/vm'
import { createHandler, fromReadableStream, toNodeHandler, VecTrade, version } from '@vectrade/node'
import { type Sandbox, startSandbox } from '@vectrade/sandbox'
import { lastRequest, launchBrowser, launchTimeout } from '@vectrade/test-kit'
import { Miniflare } from 'miniflare'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { UserProject } from '../test-support/user-project.ts'

const run = promisify(execFile)
const bun = fileURLToPath(new URL('../../node_modules/.bin/bun', import.meta.url))
const deno = fileURLToPath(new URL('../../node_modules/.bin/deno', import.meta.url))
const prompt = 'Bull case for NVDA?'

/** A program that prints the bytes of an answer and the path of the package. */
const program = `
  import { VecTrade, toReadableStream } from '@vectrade/sdk'
  const bytes = toReadableStream(new VecTrade().ai.stream('${prompt}'))
  const body = await new Response(bytes).text()
  console.log(JSON.stringify({ body, resolved: import.meta.resolve('@vectrade/sdk') }))
`

/** A worker that answers with the bytes of an answer. */
const worker = `
  import { VecTrade, toReadableStream } from '@vectrade/sdk'
  export default {
    fetch: (_, env) => new Response(toReadableStream(VecTrade.fromEnv(env).ai.stream('${prompt}')))
  }
`

let project: UserProject
let sandbox: Sandbox
let access: Record<string, string>
/** The text of every answer. */
let text: string
beforeAll(async () => {
  project = await UserProject.create()
  sandbox = await startSandbox()
  access = { VECTRADE_BASE_URL: sandbox.url, VECTRADE_API_KEY: sandbox.apiKey }
  const client = new VecTrade({ baseURL: sandbox.url, apiKey: sandbox.apiKey })
  text = (await client.ai.analyze(prompt)).text
}, 60_000)
afterAll(async () => {
  project[Symbol.dispose]()
  await sandbox.close()
})

/** Expects a whole answer, requested by the package of this name. */
async function expectAnswer(body: string, name: string): Promise<void> {
  expect(body.endsWith('data: [DONE]\n\n')).toBe(true)
  expect(await fromReadableStream(new Blob([body]).stream()).finalText()).toBe(text)
  expect(lastRequest(sandbox).headers['user-agent']).toBe(`vectrade-${name}/${version}`)
}

/** Runs a file of the project with the variables of the sandbox only. */
async function runProgram(command: string, args: string[]): Promise<Printed> {
  const settings = { NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1', HOME: project.folder }
  const env = { PATH: process.env['PATH'], ...settings, ...access }
  const { stdout, stderr } = await run(command, args, { cwd: project.folder, env })
  expect(stderr).toBe('')
  return JSON.parse(stdout) as Printed
}

interface Printed {
  body: string
  resolved: string
}

describe('installed from tarballs, it works in', () => {
  test.for([
    ['node', 'node', process.execPath, []],
    ['bun', 'node', bun, []],
    ['deno', 'deno', deno, ['run', '--allow-env', '--allow-net=127.0.0.1']],
  ] as const)('%s', async ([name, entry, command, args]) => {
    const file = project.write('program.js', program)
    const { body, resolved } = await runProgram(command, [...args, file])
    await expectAnswer(body, name)
    const { href } = pathToFileURL(join(project.folder, 'node_modules/@vectrade/sdk/dist/'))
    expect(resolved).toBe(`${href}${entry}.js`)
  })

  test('workerd', async () => {
    const { code } = await project.bundle(worker, {
      conditions: ['workerd', 'worker', 'browser'],
    })
    const miniflare = new Miniflare({
      modules: true,
      script: code,
      compatibilityDate: '2026-07-01',
      bindings: access,
    })
    try {
      await expectAnswer(await (await fetch(await miniflare.ready)).text(), 'edge')
    } finally {
      await miniflare.dispose()
    }
  })

  test("Vercel's edge runtime", async () => {
    const { code } = await project.bundle(worker, {
      conditions: ['edge-light', 'worker', 'browser'],
      format: 'iife',
      globalName: 'worker',
    })
    const vm = new EdgeVM({
      extend: (context) => Object.assign(context, { variables: access }),
      initialCode: `${code}
        addEventListener('fetch', (event) => event.respondWith(worker.default.fetch(event.request, variables)))`,
    })
    const response = await vm.dispatchFetch('http://edge.example/')
    await expectAnswer(await response.text(), 'edge')
  })

  test('a page', { timeout: launchTimeout }, async () => {
    const { code } = await project.bundle(
      `
        import { VecTrade, toReadableStream } from '@vectrade/sdk'
        globalThis.answer = () => {
          const client = new VecTrade({ endpoint: '/api/analyze' })
          return new Response(toReadableStream(client.ai.stream('${prompt}'))).text()
        }
        globalThis.useKey = () => new VecTrade({ apiKey: 'vq_of_a_page' })
      `,
      { platform: 'browser' },
    )
    const handler = toNodeHandler(
      createHandler({ client: new VecTrade({ baseURL: sandbox.url, apiKey: sandbox.apiKey }) }),
    )
    const server = createServer((request, response) => {
      if (request.url === '/api/analyze') return void handler(request, response)
      response.setHeader('content-type', 'text/html')
      response.end(`<!doctype html><script type="module">${code}</script>`)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    try {
      await using browser = await launchBrowser('chromium')
      await using page = await browser.newPage()
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
      // The endpoint runs on Node.
      await expectAnswer(await page.evaluate<string>('return await answer()'), 'node')
      await expect(page.evaluate('useKey()')).rejects.toThrow(/ConfigurationError.*`endpoint`/)
      expect(page.consoleErrors).toEqual([])
    } finally {
      server.close()
    }
  })

  test('an unknown runtime', async () => {
    const { code } = await project.bundle(program, { conditions: ['unknown'] })
    const { body } = await runProgram(process.execPath, [project.write('bundle.js', code)])
    await expectAnswer(body, 'edge')
  })
})
