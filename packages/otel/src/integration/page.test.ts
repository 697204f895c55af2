import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { launchBrowser } from '@vectrade/test-kit'
import { expect, test } from 'vitest'
import { bundle } from '../test-support/bundle.ts'
import { type SpanLink, Telemetry } from '../test-support/telemetry.ts'
import { serveTraced } from '../test-support/traced-server.ts'

const telemetry = new Telemetry(new AsyncLocalStorageContextManager())

/** Returns spans as names, from the root of their trace to the last child. */
function chain(spans: readonly SpanLink[]): string[] {
  const names: string[] = []
  let next = spans.find(({ parentId }) => parentId === undefined)
  while (next !== undefined) {
    const { id, traceId } = next
    names.push(`${next.kind} ${next.name}`)
    next = spans.find((span) => span.parentId === id && span.traceId === traceId)
  }
  return names
}

test('in a page, a trace goes from the call through `FetchInstrumentation` to the server', async () => {
  const program = await bundle('page', 'iife')
  await using server = await serveTraced({
    pages: (path) =>
      path === '/page.js' ? program : '<!doctype html><script src="/page.js"></script>',
  })
  await using other = await serveTraced({ origins: [new URL(server.url).origin] })
  await using browser = await launchBrowser('chromium')
  await using page = await browser.newPage()
  await page.goto(server.url)
  const ask = async (endpoint: string, isInstrumented: boolean): Promise<SpanLink[]> => {
    telemetry.reset()
    const [spans, complaints] = await page.evaluate<[SpanLink[], string[]]>(
      `return await ask(${JSON.stringify(endpoint)}, ${isInstrumented})`,
    )
    expect(complaints).toEqual([])
    await expect.poll(() => telemetry.links.map(({ name }) => name)).toContain('POST /api/analyze')
    return [...spans, ...telemetry.links.filter(({ name }) => name.startsWith('POST /'))]
  }

  const instrumented = await ask('/api/analyze', true)
  expect(instrumented).toHaveLength(3)
  expect(chain(instrumented)).toEqual(['CLIENT chat', 'CLIENT POST', 'SERVER POST /api/analyze'])

  const alone = await ask('/api/analyze', false)
  expect(alone).toHaveLength(2)
  expect(chain(alone)).toEqual(['CLIENT chat', 'SERVER POST /api/analyze'])
  expect(server.received).toEqual([[expect.any(String)], [expect.any(String)]])

  // Another origin does not get the trace.
  const [crossOrigin, ofServer] = await ask(`${other.url}api/analyze`, false)
  expect(ofServer?.traceId).not.toBe(crossOrigin?.traceId)
  expect(other.received).toEqual([[]])
  expect(page.consoleErrors).toEqual([])
})
