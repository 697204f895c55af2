import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')

/** What the linter says, with the rules of this repository, of a file of a package. */
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
      // It exits with 1 where it has found something.
      (error: unknown) => error as { stdout: string },
    )
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string }[] }
    return diagnostics.map(({ code }) => code)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** For each of them some texts take a long time. */
const hostile = ['(a+)+$', '^\\/+|\\/+$', '\\s*,\\s*$', '(a|a)*b', 'x.*y.*z']

test('the linter refuses expressions that some text keeps busy', async () => {
  const lines = hostile.map((text, at) => `export const e${at}: RegExp = /${text}/g\n`)
  expect(await lint(lines.join(''))).toEqual(hostile.map(() => 'redos(no-vulnerable)'))
})

test('the linter takes an expression that reads each character once', async () => {
  expect(await lint('export const any: RegExp = /^[a-z]+(?:-[a-z]+)*$/\n')).toEqual([])
})
