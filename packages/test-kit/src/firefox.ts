import { launch } from 'puppeteer-core'
import { endWithThisProcess } from './end-with-this-process.ts'
import { findProgram } from './find-program.ts'
import { scriptedPage, type TestBrowser } from './test-browser.ts'

/** Launches headless Firefox over WebDriver BiDi. Puppeteer creates a new profile. */
export async function launchFirefox(): Promise<TestBrowser> {
  const executablePath = await findProgram({
    title: 'Firefox',
    variable: 'VECTRADE_FIREFOX',
    commands: ['firefox', 'firefox-esr'],
    debianPackage: 'firefox-esr',
  })
  const browser = await launch({
    browser: 'firefox',
    executablePath,
    timeout: 180_000,
    // A page may run a whole suite in one call.
    protocolTimeout: 900_000,
    headless: true,
    extraPrefsFirefox: { 'network.proxy.type': 0 },
    // Without this, a release ignores Puppeteer's settings that prevent requests to Mozilla.
    env: { ...process.env, MOZ_REMOTE_SETTINGS_DEVTOOLS: '1' },
  })
  const child = browser.process()
  if (child) endWithThisProcess(child)
  return {
    name: 'firefox',
    version: (await browser.version()).replace('firefox/', ''),
    newPage: async () => scriptedPage(await browser.newPage()),
    [Symbol.asyncDispose]: () => browser.close(),
  }
}
