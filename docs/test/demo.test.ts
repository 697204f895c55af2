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
  // Without an API, the demo starts its own sandbox.
  const { ended } = new RunningExample(undefined, [], [main, '--tokens-per-second', '0', prompt])
  const { stdout, stderr, exit } = await ended
  expect(exit, stderr).toBe(0)
  const printed = `${words(stderr)} ${words(stdout)}`
  const lines = shown.split('\n').filter((line) => line !== '' && line !== '…')
  expect(lines.length).toBeGreaterThan(8)
  for (const line of lines) {
    // A screen shows the question again. A pipe does not.
    if (line.startsWith('❯ ')) expect(line).toBe(`❯ ${prompt}`)
    else expect(printed).toContain(words(line))
  }
})

/** Returns the text without times, and without the markup and the line breaks that depend on the screen. */
function words(text: string): string {
  return text
    .replaceAll(/^(?:[>│•-]|#+) /gm, '')
    .replaceAll('**', '')
    .replaceAll(/\d+(?:\.\d+)? (?=m?s\b)/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
}
