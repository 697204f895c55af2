import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { useBrowser } from './support/chat-browser.ts'

const open = useBrowser()
const root = join(import.meta.dirname, '..')

interface DevServer extends AsyncDisposable {
  url: string
  /** The line in which it says who answers. */
  notice: string
}

/** Runs the `dev` script of package.json like a user, on a free port and without a key. */
async function startDevServer(): Promise<DevServer> {
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    scripts: { dev: string }
  }
  const child = spawn(`exec ${scripts.dev} --port 0`, {
    cwd: root,
    shell: true,
    env: { ...process.env, VECTRADE_API_KEY: '', NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  let url = ''
  let notice = ''
  for await (const line of createInterface({ input: child.stdout })) {
    url ||= /http:\S+/.exec(line)?.[0] ?? ''
    notice = line.trim()
    if (notice.includes('VECTRADE_API_KEY')) break
  }
  return {
    url,
    notice,
    [Symbol.asyncDispose]: async () => {
      child.kill()
      await ended
    },
  }
}

test('`pnpm dev` serves page and endpoints, and says that all is simulated', async () => {
  await using server = await startDevServer()
  expect(server.notice).toMatch(/^Answers and prices are simulated/)
  const chat = await open(server.url)
  await chat.ask('What about NVDA?')
  await chat.reach('done')
  expect(await chat.turn.getByText('Simulated', { exact: true }).isVisible()).toBe(true)
  const prices = chat.page.getByRole('complementary', { name: 'Live prices' })
  await prices.getByText('Simulated data').waitFor()
  await prices.getByRole('img', { name: /^Last 5 minutes: / }).waitFor()
  // The page reports an error if its server closes first.
  await chat.page.close()
})
