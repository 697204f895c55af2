import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ask, freePort, wholeAnswer } from '../test-support/ask.ts'
import { type Sandbox, startSandbox, variablesFor } from '../test-support/sandbox.ts'
import { UserProject } from '../test-support/user-project.ts'

const app = new UserProject('sveltekit', 'sveltekit')

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.close())

test('an app with clients at module level builds without a key', async () => {
  expect(await app.runModule('vite/bin/vite.js', ['build'])).toMatchObject({ code: 0 })
})

test('the app answers', async () => {
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const variables = { HOST: '127.0.0.1', PORT: String(port), ORIGIN: origin }
  const server = join(app.folder, 'build/index.js')
  await using _ = await app.serve(server, [], port, { ...variables, ...variablesFor(sandbox) })
  expect(await (await fetch(origin)).text()).toContain('Ask')
  for (const route of ['analyze', 'stream']) {
    expect(await ask(`${origin}/api/${route}`)).toEqual(wholeAnswer)
  }
})
