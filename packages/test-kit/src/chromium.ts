import { type Browser, chromium } from 'playwright-core'
import { findProgram } from './find-program.ts'
import { scriptedPage, type TestBrowser } from './test-browser.ts'

/** Chromium, headless and with a profile of its own, for tests that want all of Playwright. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = await findProgram({
    title: 'Chromium',
    variable: 'VECTRADE_CHROMIUM',
    commands: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    // Where `npx playwright install` puts it.
    own: [chromium.executablePath()],
    debianPackage: 'chromium',
  })
  return chromium.launch({
    executablePath,
    timeout: 180_000,
    // What Playwright does not set itself. Its browser asks nobody but this machine.
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--no-proxy-server',
      // `lan.test` is this machine to it, and no address that browsers trust as they do `localhost`.
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
