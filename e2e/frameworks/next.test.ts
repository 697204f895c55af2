import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, freePort, wholeAnswer } from '../test-support/ask.ts'
import { type Sandbox, startSandbox, variablesFor } from '../test-support/sandbox.ts'
import { snippetsOf } from '../test-support/snippets.ts'
import { installed, type Outcome, UserProject } from '../test-support/user-project.ts'

const next = 'next/dist/bin/next'

/** The routes of the Vercel page and of the README, without the code of a page after them. */
const [nodeRoute = '', edgeRoute = ''] = snippetsOf(
  'docs/edge.md',
  '## A route on Vercel',
  'ts',
).map((code) => code.split('// What a page does')[0] ?? '')
const [handlerRoute = ''] = snippetsOf('docs/frameworks.md', '## Next.js', 'ts')
const [readmeRoute = ''] = snippetsOf('README.md', '### Next.js and Vercel', 'ts')

const cacheComponents = `export default {
  cacheComponents: true,
  partialPrefetching: true,
  // The first build has checked the types.
  typescript: { ignoreBuildErrors: true },
  turbopack: { root: import.meta.dirname + '/../..' },
}
`

const wrongPage = `'use client'

import { VecTrade } from '@vectrade/sdk'

const client = new VecTrade({ endpoint: '/api/analyze' })

export default function Page() {
  return <button onClick={() => void client.ai.analyze('Bull case for NVDA?')}>Ask</button>
}
`

// All tests use one project, in this order, because every build after the first one is much faster.
const app = new UserProject('next', 'next')
app.write('app/api/node/route.ts', nodeRoute)
app.write('app/api/edge/route.ts', edgeRoute)
app.write('app/api/readme/route.ts', readmeRoute)
app.write('app/api/handler/route.ts', handlerRoute)
const routes = ['analyze', 'node', 'edge', 'readme', 'handler']

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.close())

describe('clients at module level, and routes of both runtimes', () => {
  let build: Outcome
  beforeAll(async () => {
    build = await app.runModule(next, ['build'])
  })

  test('build without a key', () => {
    expect(build).toMatchObject({ code: 0 })
    for (const route of routes) expect(build.output).toContain(`ƒ /api/${route}`)
  })

  test('get a warning about the edge runtime, as the page says', () => {
    expect(build.output).toContain('The Edge Runtime is deprecated')
  })

  test('answer', async () => {
    const port = await freePort()
    const args = ['start', '--port', String(port)]
    await using _ = await app.serve(installed(next), args, port, variablesFor(sandbox))
    for (const route of routes) {
      expect(await ask(`http://localhost:${port}/api/${route}`)).toEqual(wholeAnswer)
    }
  })
})

describe('with cacheComponents', () => {
  beforeAll(() => app.write('next.config.ts', cacheComponents))

  test('the build refuses a route of the edge runtime, with the message on the page', async () => {
    const [words = ''] = snippetsOf('docs/edge.md', '### The edge runtime', 'text')
    const { code, output } = await app.runModule(next, ['build'])
    expect(code).not.toBe(0)
    expect(output).toContain(words.trim())
  })

  test('the build accepts the other routes', async () => {
    rmSync(join(app.folder, 'app/api/edge'), { recursive: true })
    expect(await app.runModule(next, ['build'])).toMatchObject({ code: 0 })
  })
})

test('the error for a client component with the server’s package names the right package', async () => {
  app.write('app/page.tsx', wrongPage)
  const { code, output } = await app.runModule(next, ['build'])
  expect(code).not.toBe(0)
  expect(output).toContain("import '@vectrade/browser'")
})
