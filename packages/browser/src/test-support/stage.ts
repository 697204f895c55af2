import { type HandlerOptions, memoryStore, VecTrade } from '@vectrade/node'
import { type Sandbox, startSandbox } from '@vectrade/sandbox'
import {
  type BrowserName,
  launchBrowser,
  type TestBrowser,
  type TestPage,
} from '@vectrade/test-kit'
import { type Proxy, startProxy } from './proxy.ts'
import type { Begin, reading } from './reading.ts'
import { type Site, startSite } from './site.ts'
import { prompt, visit } from './visit.ts'

/**
 * A browser, behind a proxy a site that keeps its streams, and VecTrade behind that. The site's pages
 * may ask its endpoints by way of the proxy, too.
 */
export interface Stage extends AsyncDisposable {
  browser: TestBrowser
  proxy: Proxy
  site: Site
  sandbox: Sandbox
  /** The answer without any interruption. */
  whole: { text: string; ids: string[] }
}

/** Answers take about three seconds. */
export async function startStage(
  name: BrowserName,
  options: Pick<HandlerOptions, 'owner'> = {},
): Promise<Stage> {
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
  const whole: Stage['whole'] = { text: '', ids: [] }
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

export const endpoint = '/api/analyze'

/** Opens the page behind the proxy, and forgets what the endpoints were asked before. */
export async function open({ browser, proxy, site }: Stage): Promise<TestPage> {
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

/** Asks a page for what it has noted, now or when there is more. */
export function notes<Method extends Exclude<keyof Reading, 'begin'>>(
  page: TestPage,
  method: Method,
  ...args: Parameters<Reading[Method]>
): Promise<Awaited<ReturnType<Reading[Method]>>> {
  return page.evaluate(`return reading.${method}(${args.join()})`)
}

/** How often the endpoints were asked by each method. */
export function methodsAsked({ asked }: Site): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { method } of asked) counts[method] = (counts[method] ?? 0) + 1
  return counts
}
