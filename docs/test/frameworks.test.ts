import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startSandbox } from '@vectrade/sandbox'
import { lastRequest } from '@vectrade/test-kit/last-request'
import { expectWithinASecond } from '@vectrade/test-kit/within-a-second'
import { expect, test } from 'vitest'
import { examplesInPage } from './extract.ts'
import { RunningExample } from './run-example.ts'

const examples = examplesInPage('docs/frameworks.md')

const nuxt = `import { createServer } from 'node:http'
import { createApp, toNodeListener } from 'h3'
import route from './route.ts'
createServer(toNodeListener(createApp().use('/api/analyze', route))).listen(3000)
`

/** The word that only the example of a framework has, and a server if the framework needs one for its route. */
const frameworks = [
  { name: 'Koa', word: "'koa'", server: undefined },
  { name: 'Hono', word: "'hono'", server: undefined },
  { name: 'Nuxt', word: "'h3'", server: nuxt },
]

test.for(frameworks)(
  'in $name, a caller who leaves ends the request to VecTrade',
  async ({ name, word, server }, { onTestFinished }) => {
    const example = examples.find(({ code }) => code.includes(word))
    const folder = join(import.meta.dirname, '../.examples/frameworks', name)
    mkdirSync(folder, { recursive: true })
    const file = join(folder, server === undefined ? 'server.ts' : 'route.ts')
    writeFileSync(file, example?.code ?? '')
    const main = join(folder, 'server.ts')
    if (server !== undefined) writeFileSync(main, server)

    await using sandbox = await startSandbox({ faults: { stallAfterEvents: 3, heartbeat: 100 } })
    const running = new RunningExample(sandbox, ['any-port'], [main])
    onTestFinished(() => running.stop())
    const leaving = new AbortController()
    const response = await fetch(`${await running.listening()}/api/analyze`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"prompt":"NVDA?"}',
      signal: leaving.signal,
    })
    expect(response.status).toBe(200)
    const reader = response.body?.getReader()
    await reader?.read()
    expect(lastRequest(sandbox).closed).toBeUndefined()
    leaving.abort()
    await expectWithinASecond(() => lastRequest(sandbox).closed === 'client')
  },
)
