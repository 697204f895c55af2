import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { globSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserNames, launchBrowser, launchChromium, launchTimeout } from './index.ts'

const server = createServer((_, response) => {
  response.setHeader('content-security-policy', "default-src 'none'")
  response.setHeader('content-type', 'text/html')
  response.end('<!doctype html><title>Under a policy</title>')
})
let url: string
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})
afterAll(() => server.close())

/** An environment variable that every process of a browser inherits. */
const mark = `VECTRADE_BROWSERS_OF=${process.pid}`

/** Returns the number of running processes with the mark. */
function marked(): number {
  return globSync('/proc/[0-9]*/environ').filter((file) => {
    try {
      return readFileSync(file, 'utf8').includes(mark)
    } catch {
      // The process has ended.
      return false
    }
  }).length
}

async function expectNoneLeft(): Promise<void> {
  await expect.poll(marked).toBe(0)
}

describe.for(browserNames)('%s', { timeout: launchTimeout }, (name) => {
  test('opens pages, and leaves no process', async () => {
    process.env['VECTRADE_BROWSERS_OF'] = String(process.pid)
    {
      await using browser = await launchBrowser(name)
      delete process.env['VECTRADE_BROWSERS_OF']
      expect(browser).toMatchObject({ name, version: expect.stringMatching(/^\d+\.\d+/) })
      await (await browser.newPage())[Symbol.asyncDispose]()
      await using first = await browser.newPage()
      await using second = await browser.newPage()
      await first.goto(url)
      await second.goto('about:blank')
      const given = await first.evaluate(`
        await new Promise((resolve) => setTimeout(resolve, 10))
        return { title: document.title, given: [1, null, 'ü'] } // and nothing else`)
      expect(given).toEqual({ title: 'Under a policy', given: [1, null, 'ü'] })
      expect(await first.evaluate('')).toBeUndefined()
      expect(await second.evaluate('return location.href')).toBe('about:blank')
      const failing = first.evaluate("throw new TypeError('on purpose')")
      await expect(failing).rejects.toThrow('TypeError: on purpose')
      expect(marked()).toBeGreaterThan(1)
    }
    await expectNoneLeft()
  })

  test('ends with a process that is killed', async () => {
    const file = fileURLToPath(new URL('./test-support/killed.ts', import.meta.url))
    const env = { ...process.env, VECTRADE_BROWSERS_OF: String(process.pid) }
    const child = execFile(process.execPath, [file, name], { env })
    let printed = ''
    child.stdout?.on('data', (text: string) => {
      printed += text
    })
    const [, signal] = (await once(child, 'close')) as [null, string]
    expect([printed, signal]).toEqual(['killed with a page open', 'SIGKILL'])
    await expectNoneLeft()
  })
})

test.for(['chromium', 'firefox'] as const)(
  '%s reports the errors of its console',
  { timeout: launchTimeout },
  async (name) => {
    await using browser = await launchBrowser(name)
    await using page = await browser.newPage()
    await page.goto('about:blank')
    await page.evaluate("console.error('first'); console.log('no error')")
    await page.evaluate("setTimeout(() => { throw new Error('second') })")
    await expect
      .poll(() => page.consoleErrors)
      .toEqual(['first', expect.stringContaining('second')])
  },
)

test('Chromium can be used with all of Playwright', { timeout: launchTimeout }, async () => {
  await using browser = await launchChromium()
  await using context = await browser.newContext()
  const page = await context.newPage()
  await page.setContent('<button onclick="this.textContent = \'clicked\'">Click</button>')
  await page.getByRole('button').click()
  expect(await page.getByRole('button').textContent()).toBe('clicked')
})
