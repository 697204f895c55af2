import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../../..')

/** Returns the linter's messages for a file of a package, with the rules of this repository. */
async function lint(source: string): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'expressions-'))
  try {
    const config = { extends: [join(root, '.oxlintrc.json')], options: { typeAware: false } }
    await writeFile(join(folder, '.oxlintrc.json'), JSON.stringify(config))
    const sources = join(folder, 'packages/any/src')
    await mkdir(sources, { recursive: true })
    await writeFile(join(sources, 'any.ts'), source)
    const program = join(root, 'node_modules/.bin/oxlint')
    const { stdout } = await promisify(execFile)(program, ['--format=json'], { cwd: folder }).catch(
      // It exits with 1 if it has found something.
      (error: unknown) => error as { stdout: string },
    )
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string }[] }
    return diagnostics.map(({ code }) => code)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Expressions that take a long time for some texts. */
const hostile = ['(a+)+$', '^\\/+|\\/+$', '\\s*,\\s*$', '(a|a)*b', 'x.*y.*z']

test('the linter refuses expressions that take a long time for some text', async () => {
  const lines = hostile.map((text, at) => `export const e${at}: RegExp = /${text}/g\n`)
  expect(await lint(lines.join(''))).toEqual(hostile.map(() => 'redos(no-vulnerable)'))
})

test('the linter accepts an expression that reads each character once', async () => {
  expect(await lint('export const any: RegExp = /^[a-z]+(?:-[a-z]+)*$/\n')).toEqual([])
})
