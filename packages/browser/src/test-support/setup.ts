import { type HandlerOptions, memoryStore, VecTrade } from '@vectrade/node'
import { type Sandbox, startSandbox } from '@vectrade/sandbox'
import {
  type BrowserName,
  launchBrowser,
  launchTimeout,
  type TestBrowser,
  type TestPage,
} from '@vectrade/test-kit'
import { afterAll, beforeAll } from 'vitest'
import { type Proxy, startProxy } from './proxy.ts'
import type { Begin, reading } from './reading.ts'
import { type Site, startSite } from './site.ts'
import { prompt, visit } from './visit.ts'

/**
 * A browser, a proxy, a site with a store, and a sandbox, each of which connects to the next one. The
 * site's pages may also call the endpoints through the proxy from the site's own origin.
 */
export interface Setup extends AsyncDisposable {
  browser: TestBrowser
  proxy: Proxy
  site: Site
  sandbox: Sandbox
  /** The answer, as it is read without interruptions. */
  whole: { text: string; ids: string[] }
}

type SetupOptions = Pick<HandlerOptions, 'owner'>

/** Starts a setup for the tests of a `describe`, and disposes of it after them. */
export function useSetup(name: BrowserName, options: SetupOptions = {}): Setup {
  // The tests run after the hook, so they see what it adds.
  const setup = {} as Setup
  beforeAll(async () => {
    Object.assign(setup, await startSetup(name, options))
  }, launchTimeout)
  afterAll(() => setup[Symbol.asyncDispose]())
  return setup
}

/** Starts everything. Answers take about three seconds. */
async function startSetup(name: BrowserName, options: SetupOptions): Promise<Setup> {
  const sandbox = await startSandbox({ tokensPerSecond: 60 })
  const origins: string[] = []
  const site = await startSite(sandbox, { ...options, store: memoryStore(), cors: { origins } })
  origins.push(site.origin)
  const proxy = await startProxy(site.origin)
  const browser = await launchBrowser(name)
  const client = new VecTrade({
    baseURL: sandbox.url,
    apiKey: sandbox.apiKey,
    headers: { 'x-sandbox-fault': 'tokensPerSecond=0' },
  })
  const whole: Setup['whole'] = { text: '', ids: [] }
  for await (const { content } of client.ai.stream(prompt)) {
    whole.text += content
    whole.ids.push(String(whole.ids.length + 1))
  }
  return {
    browser,
    proxy,
    site,
    sandbox,
    whole,
    [Symbol.asyncDispose]: async () => {
      await browser[Symbol.asyncDispose]()
      await proxy[Symbol.asyncDispose]()
      await site[Symbol.asyncDispose]()
      await sandbox.close()
    },
  }
}

/** Returns what the notes of a page contain once it has read the whole answer. */
export function complete({ whole }: Setup): object {
  return { ...whole, end: 'complete' }
}

export const endpoint = '/api/analyze'

/** Opens the page through the proxy. Clears the record of requests to the endpoints. */
export async function open({ browser, proxy, site }: Setup): Promise<TestPage> {
  proxy.mode = 'pass'
  site.asked.length = 0
  return visit(browser, proxy)
}

export async function begin(page: TestPage, task: Partial<Begin> = {}): Promise<void> {
  const { options, ...rest } = task
  const all: Begin = { prompt, ...rest, options: { endpoint, ...options } }
  await page.evaluate(`reading.begin(${JSON.stringify(all)})`)
}

type Reading = typeof reading

/** Calls a method of `reading` in a page, such as one that returns the notes. */
export function notes<Method extends Exclude<keyof Reading, 'begin'>>(
  page: TestPage,
  method: Method,
  ...args: Parameters<Reading[Method]>
): Promise<Awaited<ReturnType<Reading[Method]>>> {
  return page.evaluate(`return reading.${method}(${args.join()})`)
}

/** Returns how many requests the endpoints got, by method. */
export function methodsAsked({ asked }: Site): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { method } of asked) counts[method] = (counts[method] ?? 0) + 1
  return counts
}
