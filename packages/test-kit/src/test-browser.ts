/** A real browser, under whatever drives it. Disposing of it ends its processes. */
export interface TestBrowser extends AsyncDisposable {
  readonly name: BrowserName
  readonly version: string
  /** A new tab; the tabs of a browser share their cookies. */
  newPage(): Promise<TestPage>
}

/** A tab. Disposing of it closes it. */
export interface TestPage extends AsyncDisposable {
  goto(url: string): Promise<void>
  /**
   * Runs the body of an async function in the page, past its content security policy.
   *
   * @returns what it returns, by way of JSON
   * @throws Error with the text of what it throws
   */
  evaluate<T>(script: string): Promise<T>
  /** What the page wrote to the console as an error, or did not catch; always empty in WebKit. */
  readonly consoleErrors: readonly string[]
}

export type BrowserName = 'chromium' | 'firefox' | 'webkit'

/** What a driver does for a page. */
export interface PageDriver {
  goto: (url: string) => Promise<unknown>
  /** Gives the string that an expression's promise gives. */
  evaluate: (expression: string) => Promise<unknown>
  close: () => Promise<unknown>
  consoleErrors?: readonly string[]
}

/** The rest is the same in all browsers: values and errors take one way, as JSON. */
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

/** What the pages of Playwright and Puppeteer have in common. */
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
