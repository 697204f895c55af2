import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import { type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import process from 'node:process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tmp } from '../test-support/install-packages.ts'
import { type Sandbox, startSandbox } from '../test-support/sandbox.ts'
import { UserProject } from '../test-support/user-project.ts'

const pages = ['page.js', 'sdk-page.js']

/** The arguments of each bundler. Each one writes both pages into a folder of its name. */
const bundlers: Record<string, readonly string[]> = {
  vite: ['vite/bin/vite.js', 'build', '--logLevel', 'warn'],
  rollup: ['rollup/dist/bin/rollup', '--config', '--silent'],
  webpack: ['../tmp/page/webpack.js'],
  esbuild: [
    'esbuild/bin/esbuild',
    ...pages,
    '--bundle',
    '--format=esm',
    '--outdir=esbuild',
    '--log-level=warning',
  ],
  // Parcel does not read `exports` by default.
  parcel: [
    'parcel/lib/bin.js',
    'build',
    ...pages,
    '--dist-dir',
    'parcel',
    '--cache-dir',
    'parcel-cache',
    '--no-source-maps',
    '--log-level',
    'warn',
  ],
}

interface NodePackage {
  VecTrade: new (options: { baseURL: string; apiKey: string }) => unknown
  createHandler(options: { client: unknown }): unknown
  toNodeHandler(handler: unknown): Parameters<typeof createServer>[1]
}

const project = new UserProject('page', 'page')

let sandbox: Sandbox
let server: Server
let origin: string
beforeAll(async () => {
  sandbox = await startSandbox()
  const file = join(tmp, 'node_modules/@vectrade/node/dist/index.js')
  const node = (await import(pathToFileURL(file).href)) as NodePackage
  const client = new node.VecTrade({ baseURL: sandbox.url, apiKey: sandbox.apiKey })
  server = createServer(node.toNodeHandler(node.createHandler({ client }))).listen(0, '127.0.0.1')
  await once(server, 'listening')
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})
afterAll(async () => {
  server.close()
  await sandbox.close()
})

test.for(Object.keys(bundlers))('a page bundled by %s gets an answer', async (name) => {
  const [program = '', ...args] = bundlers[name] ?? []
  expect(await project.runModule(program, args)).toEqual({ code: 0, output: '', stdout: '' })
  for (const page of pages) {
    const file = pathToFileURL(join(project.folder, name, page)).href
    const { code, output } = await project.run(process.execPath, ['run.js', file, origin])
    expect(output).toContain('Simulated answer')
    expect(code).toBe(0)
  }
})
