import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { useBrowser } from './support/answer-page.ts'

const open = useBrowser()

test('`pnpm dev` starts everything, and prints the address of the page', async () => {
  const child = spawn(`exec ${manifest.scripts.dev}`, {
    cwd: join(import.meta.dirname, '..'),
    shell: true,
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  try {
    let output = ''
    for await (const line of createInterface({ input: child.stdout })) {
      output += `${line}\n`
      if (line.includes('page')) break
    }
    expect(output).toMatch(/^Answers and prices are simulated/)
    const page = await open(/page are at (\S+)/.exec(output)?.[1] ?? '')
    await page.ask('How did NVDA do?')
    await page.answer.getByRole('figure', { name: /^NVDA: / }).waitFor()
    await page.reach('The answer is complete.')
    // The page reports an error if its server closes first.
    await page.page.close()
  } finally {
    child.kill()
    await ended
  }
})
