import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import {
  endChunk,
  sendJson,
  sendStream,
  startModelServer,
  textChunk,
} from '@vectrade/test-kit/model-server'
import { expect, test } from 'vitest'
import { useBrowser } from './support/chat-browser.ts'

const open = useBrowser()
const root = join(import.meta.dirname, '..')

interface DevServer extends AsyncDisposable {
  url: string
  /** The line in which it says who answers. */
  notice: string
  /** Everything that it has written to stderr. */
  errors: () => string
}

/** Runs the `dev` script of package.json like a user, on a free port and without a key. */
async function startDevServer(variables: Record<string, string> = {}): Promise<DevServer> {
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    scripts: { dev: string }
  }
  const child = spawn(`exec ${scripts.dev} --port 0`, {
    cwd: root,
    shell: true,
    env: { ...process.env, VECTRADE_API_KEY: '', NO_COLOR: '1', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  let url = ''
  let notice = ''
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  for await (const line of createInterface({ input: child.stdout })) {
    url ||= /http:\S+/.exec(line)?.[0] ?? ''
    notice = line.trim()
    if (notice.includes('no market data')) break
  }
  return {
    url,
    notice,
    errors: () => errors,
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
  await chat.reach('complete')
  expect(await chat.turn.getByText('Simulated', { exact: true }).isVisible()).toBe(true)
  const prices = chat.page.getByRole('complementary', { name: 'Live prices' })
  await prices.getByText('Simulated data').waitFor()
  await prices.getByRole('img', { name: /^Last 5 minutes: / }).waitFor()
  // The page reports an error if its server closes first.
  await chat.page.close()
})

test('with VECTRADE_UPSTREAM, a model answers, and the page says which one', async () => {
  await using model = await startModelServer((response, { body }) => {
    if (body.messages.at(-1)?.content.includes('AMD')) return sendJson(response, 401, {})
    sendStream(response, textChunk('Yes, [10-K](https://www.sec.gov/x).'), endChunk(), '[DONE]')
  })
  await using server = await startDevServer({
    VECTRADE_UPSTREAM: model.url,
    VECTRADE_UPSTREAM_MODEL: 'llama3.2',
    // The model takes precedence.
    VECTRADE_API_KEY: 'vq_somebodys_real_key',
  })
  expect(server.notice).toBe(
    `llama3.2 at ${model.url} answers, not VecTrade. Prices are simulated: no market data.`,
  )
  const chat = await open(server.url)
  await chat.ask('What about NVDA?')
  await chat.reach('complete')
  const origin = await chat.turn.locator('.origin').innerText()
  expect(origin.toLowerCase().split(/\s+/).join(' ')).toBe('not vectrade llama3.2')
  expect(await chat.turn.getByRole('link', { name: /10-K/ }).count()).toBeGreaterThan(0)

  await chat.ask('What about AMD?')
  await chat.reach('failed')
  await expect.poll(() => server.errors()).toContain('(--upstream-key-env)')
  await chat.page.close()
})
