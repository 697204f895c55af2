import { launchChromiumPages } from './chromium.ts'
import { launchFirefox } from './firefox.ts'
import type { BrowserName, TestBrowser } from './test-browser.ts'
import { launchWebKit } from './webkit.ts'

/** The browsers in which tests run. */
export const browserNames: readonly BrowserName[] = ['chromium', 'firefox', 'webkit']

/** ms for a hook that launches a browser. A missing browser is installed first. */
export const launchTimeout = 900_000

const launches: Record<BrowserName, () => Promise<TestBrowser>> = {
  chromium: launchChromiumPages,
  firefox: launchFirefox,
  webkit: launchWebKit,
}

/**
 * Launches a browser.
 *
 * @throws Error that says what to install, if the browser is missing and cannot be installed
 */
export function launchBrowser(name: BrowserName): Promise<TestBrowser> {
  return launches[name]()
}
