import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './extract.ts'
import { RunningExample } from './run-example.ts'

const readme = readFileSync(join(root, 'README.md'), 'utf8')
const [, prompt = '', shown = ''] =
  /```sh\nnpx -y pnpm@12 demo "(.+)"\n```\n\n```text\n(.+?)\n```/s.exec(readme) ?? []

test('the demo prints what the README shows', async () => {
  const main = join(root, 'apps/node-terminal/src/main.ts')
  // No API: the demo starts its own sandbox.
  const { ended } = new RunningExample(undefined, [], [main, '--tokens-per-second', '0', prompt])
  const { stdout, stderr, exit } = await ended
  expect(exit, stderr).toBe(0)
  const printed = `${words(stderr)} ${words(stdout)}`
  const lines = shown.split('\n').filter((line) => line !== '' && line !== '…')
  expect(lines.length).toBeGreaterThan(8)
  for (const line of lines) {
    // A screen repeats the question; a pipe does not get it.
    if (line.startsWith('❯ ')) expect(line).toBe(`❯ ${prompt}`)
    else expect(printed).toContain(words(line))
  }
})

/** Text without what a screen makes of it (markup, wrapping) and without how long it took. */
function words(text: string): string {
  return text
    .replaceAll(/^(?:[>│•-]|#+) /gm, '')
    .replaceAll('**', '')
    .replaceAll(/\d+(?:\.\d+)? (?=m?s\b)/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
}
