import { type BrowserName, launchBrowser } from '@vectrade/test-kit'
import type { Capabilities } from '../index.ts'
import type { Launcher } from './launcher.ts'

const engines: Record<BrowserName, RegExp> = {
  chromium: /Chrome\//,
  firefox: /Firefox\//,
  webkit: /AppleWebKit\/(?!.*Chrome)/,
}

/** Runs the suite in a page of a browser, under a strict Content-Security-Policy. */
export function browser(
  name: BrowserName,
  runtime: string,
  { path = '/', ...capabilities }: Capabilities & { path?: string } = {},
): Launcher {
  return {
    runtime,
    says: engines[name],
    async run({ url }) {
      await using running = await launchBrowser(name)
      await using page = await running.newPage()
      await page.goto(new URL(path, url).href)
      const given = [runtime, { abortsLate: true, headerBytes: true, ...capabilities }]
        .map((value) => JSON.stringify(value))
        .join(', ')
      await page.evaluate(`await globalThis.conformance(${given})`)
      return running.version
    },
  }
}
