import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { validate } from '@actions/languageservice'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { describe, expect, test } from 'vitest'
import { root } from './workspace.ts'

const workflows = globSync('.github/workflows/*', { cwd: root }).toSorted()

let checked = 0

/** Returns the problems that GitHub's own editor support finds, as `line: message`. */
async function problemsOf(workflow: string): Promise<string[]> {
  // The address must be new, because the service remembers files by their address.
  checked += 1
  const uri = `file:///.github/workflows/${checked}.yml`
  const found = await validate(TextDocument.create(uri, 'github-actions-workflow', 1, workflow))
  return found.map(({ range, message }) => `${range.start.line + 1}: ${JSON.stringify(message)}`)
}

describe.for(workflows)('%s', (file) => {
  const text = readFileSync(join(root, file), 'utf8')

  test('is a workflow that GitHub understands', async () => {
    expect(await problemsOf(text)).toEqual([])
  })

  test('pins each action to a commit and names its release', () => {
    const uses = text.split('\n').filter((line) => /^\s*(?:- )?uses:/.test(line))
    expect(uses.length).toBeGreaterThan(0)
    expect(uses.filter((line) => !/uses: [\w./-]+@[\da-f]{40} # v[\d.]+$/.test(line))).toEqual([])
  })

  test('runs only commands that a maintainer can run', () => {
    const scripts = Array.from(
      text.matchAll(/^\s*(?:- )?run: (.*)$/gm),
      ([, script = '']) => script,
    )
    expect(scripts.length).toBeGreaterThan(0)
    const known =
      /^(?:bash \.ci\/run|npx -y pnpm@12 [\w:-]+( --[\w-]+)*|node release\/src\/[\w-]+\.ts|git (?:config|push) .*)$/
    expect(scripts.filter((script) => !known.test(script))).toEqual([])
  })

  test('gives its jobs only the permissions that they name', () => {
    expect(text).toMatch(/^permissions:(?: \{\}|\n {2}contents: read)\n/m)
  })
})

describe('the problems of a workflow are found', () => {
  const sound = `on: push
jobs:
  one:
    runs-on: ubuntu-latest
    outputs:
      step: \${{ steps.first.outputs.step }}
    steps:
      - id: first
        run: 'true'
  two:
    needs: one
    if: needs.one.outputs.step == 'a'
    runs-on: ubuntu-latest
    steps:
      - run: 'true'
`
  test('none, in a sound one', async () => {
    expect(await problemsOf(sound)).toEqual([])
  })

  test.for([
    ['an unknown key', 'runs-on: ubuntu-latest', 'run-on: ubuntu-latest'],
    ['a missing job', 'needs: one', 'needs: other'],
    ['a missing step', 'steps.first.outputs', 'steps.second.outputs'],
    ['a missing dependency on a job', '    needs: one\n', ''],
    ['an unknown function', "needs.one.outputs.step == 'a'", "unknown('a')"],
    ['a step that does nothing', "- run: 'true'", '- name: nothing'],
  ] as const)('%s', async ([, from, to]) => {
    expect(sound).toContain(from)
    expect(await problemsOf(sound.replace(from, to))).not.toEqual([])
  })
})
