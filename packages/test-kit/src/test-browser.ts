/** A real browser, independent of its driver. Disposing of it ends its processes. */
export interface TestBrowser extends AsyncDisposable {
  readonly name: BrowserName
  readonly version: string
  /** Opens a new tab. The tabs of a browser share their cookies. */
  newPage(): Promise<TestPage>
}

/** A tab. Disposing of it closes it. */
export interface TestPage extends AsyncDisposable {
  goto(url: string): Promise<void>
  /**
   * Runs the body of an async function in the page. The page's content security policy does not
   * prevent that.
   *
   * @returns its return value, passed as JSON
   * @throws Error with the text of the error that it throws
   */
  evaluate<T>(script: string): Promise<T>
  /** Errors that the page wrote to the console or did not catch. Always empty in WebKit. */
  readonly consoleErrors: readonly string[]
}

export type BrowserName = 'chromium' | 'firefox' | 'webkit'

/** The functions of a driver for one page. */
export interface PageDriver {
  goto: (url: string) => Promise<unknown>
  /** Evaluates an expression that is a promise of a string. */
  evaluate: (expression: string) => Promise<unknown>
  close: () => Promise<unknown>
  consoleErrors?: readonly string[]
}

/** Returns a page that uses a driver. It passes values and errors as JSON. */
export function testPage({ goto, evaluate, close, consoleErrors = [] }: PageDriver): TestPage {
  return {
    consoleErrors,
    goto: async (url) => {
      await goto(url)
    },
    evaluate: async <T>(script: string) => {
      const result = await evaluate(`(async () => {${script}\n})().then(
        (value) => JSON.stringify({ value }),
        (error) => JSON.stringify({ error: String(error) }),
      )`)
      const { value, error } = JSON.parse(String(result)) as { value: T; error?: string }
      if (error !== undefined) throw new Error(`In the page: ${error}`)
      return value
    },
    [Symbol.asyncDispose]: async () => {
      await close()
    },
  }
}

/** The common part of the pages of Playwright and Puppeteer. */
interface ScriptedPage {
  goto(url: string): Promise<unknown>
  evaluate(expression: string): Promise<unknown>
  close(): Promise<unknown>
  on(event: 'pageerror' | 'console', listener: (entry: unknown) => void): unknown
}

export function scriptedPage(page: ScriptedPage): TestPage {
  const consoleErrors: string[] = []
  page.on('pageerror', (error) => consoleErrors.push(String(error)))
  page.on('console', (entry) => {
    const written = entry as { type(): string; text(): string }
    if (written.type() === 'error') consoleErrors.push(written.text())
  })
  return testPage({
    goto: (url) => page.goto(url),
    evaluate: (expression) => page.evaluate(expression),
    close: () => page.close(),
    consoleErrors,
  })
}
