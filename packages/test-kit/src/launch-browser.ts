import { launchChromiumPages } from './chromium.ts'
import { launchFirefox } from './firefox.ts'
import type { BrowserName, TestBrowser } from './test-browser.ts'
import { launchWebKit } from './webkit.ts'

/** The browsers that tests run in. */
export const browserNames: readonly BrowserName[] = ['chromium', 'firefox', 'webkit']

/** ms that a hook which launches a browser needs: one that is missing is installed first. */
export const launchTimeout = 900_000

const launches: Record<BrowserName, () => Promise<TestBrowser>> = {
  chromium: launchChromiumPages,
  firefox: launchFirefox,
  webkit: launchWebKit,
}

/** @throws Error that says what to install, where it is not there and cannot be installed */
export function launchBrowser(name: BrowserName): Promise<TestBrowser> {
  return launches[name]()
}
