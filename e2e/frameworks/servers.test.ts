import { afterAll, beforeAll, expect, test } from 'vitest'
import { ask, freePort, wholeAnswer } from '../test-support/ask.ts'
import { type Sandbox, startSandbox, variablesFor } from '../test-support/sandbox.ts'
import { snippetsOf } from '../test-support/snippets.ts'
import { UserProject } from '../test-support/user-project.ts'

/** Stands for the server that Nuxt builds around its routes. */
const nuxtServer = `import { createServer } from 'node:http'
import { createApp, toNodeListener } from 'h3'
import route from './route.ts'

createServer(toNodeListener(createApp().use('/api/analyze', route))).listen(3000)
`

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.close())

test.for([
  { heading: 'Koa', server: undefined },
  { heading: 'Hono', server: undefined },
  { heading: 'Nuxt', server: nuxtServer },
])('the route of the page for $heading answers', async ({ heading, server }) => {
  const app = new UserProject(heading.toLowerCase())
  const [code = ''] = snippetsOf('docs/frameworks.md', `## ${heading}`, 'ts')
  const port = await freePort()
  app.write('package.json', { private: true, type: 'module' })
  if (server !== undefined) app.write('route.ts', code)
  const main = app.write('server.ts', (server ?? code).replace('3000', String(port)))
  await using _ = await app.serve(main, [], port, variablesFor(sandbox))
  expect(await ask(`http://localhost:${port}/api/analyze`)).toEqual(wholeAnswer)
})
