import { type Browser, chromium } from 'playwright-core'
import { findProgram } from './find-program.ts'
import { scriptedPage, type TestBrowser } from './test-browser.ts'

/** Launches headless Chromium with a new profile, for tests that use all of Playwright. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = await findProgram({
    title: 'Chromium',
    variable: 'VECTRADE_CHROMIUM',
    commands: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    // The place where `npx playwright install` puts it.
    own: [chromium.executablePath()],
    debianPackage: 'chromium',
  })
  return chromium.launch({
    executablePath,
    timeout: 180_000,
    // Flags that Playwright does not set. With them, the browser connects only to this machine.
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--no-proxy-server',
      // `lan.test` leads to this machine, but browsers do not trust it like `localhost`.
      '--host-resolver-rules=MAP lan.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1',
    ],
  })
}

export async function launchChromiumPages(): Promise<TestBrowser> {
  const browser = await launchChromium()
  const context = await browser.newContext()
  return {
    name: 'chromium',
    version: browser.version(),
    newPage: async () => scriptedPage(await context.newPage()),
    [Symbol.asyncDispose]: () => browser.close(),
  }
}
