import { cpSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, freePort, wholeAnswer } from '../test-support/ask.ts'
import { tmp } from '../test-support/install-packages.ts'
import { type Sandbox, startSandbox, variablesFor } from '../test-support/sandbox.ts'
import { snippetsOf } from '../test-support/snippets.ts'
import { installed, UserProject } from '../test-support/user-project.ts'

// The program that `nest new` runs.
const schematics = '@angular-devkit/schematics-cli/bin/schematics.js'
const application = ['@nestjs/schematics:application', '--name=nest', '--language=ts']

const app = new UserProject('nest')

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.close())

describe('a new Nest project of CommonJS, with Jest', () => {
  beforeAll(async () => {
    const parent = new UserProject('nest-parent')
    const args = [...application, '--type=cjs', '--package-manager=npm']
    expect(await parent.runModule(schematics, args)).toMatchObject({ code: 0 })
    cpSync(join(parent.folder, 'nest'), app.folder, { recursive: true })
    cpSync(join(tmp, '../fixtures/nest'), app.folder, { recursive: true })
    const [main = ''] = snippetsOf('docs/frameworks.md', '## NestJS', 'js')
    app.write('src/main.ts', main)
  })

  test('passes its own tests without changes', async () => {
    const flags = ['--experimental-vm-modules']
    const { code, output } = await app.run(process.execPath, [
      ...flags,
      installed('jest/bin/jest.js'),
    ])
    expect(output).toContain('1 passed')
    expect(code).toBe(0)
  })

  test('builds and answers', async () => {
    const build = ['-p', 'tsconfig.build.json']
    expect(await app.runModule('typescript/bin/tsc', build)).toMatchObject({ code: 0 })
    const port = await freePort()
    const variables = { PORT: String(port), ...variablesFor(sandbox) }
    const main = join(app.folder, 'dist/main.js')
    await using _ = await app.serve(main, [], port, variables)
    // The controller of the fixture, and the route of the page.
    for (const route of ['analyze', 'api/analyze']) {
      expect(await ask(`http://127.0.0.1:${port}/${route}`)).toEqual(wholeAnswer)
    }
  })
})
