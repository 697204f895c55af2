import { createHandler, type FetchHandler } from '@vectrade/node'
import { expect, test } from 'vitest'
import { createAnalyst } from '../src/analyst.ts'
import { events } from '../src/events.ts'
import { createGateway } from '../src/gateway.ts'
import { listen } from '../src/listen.ts'
import { simulatedPrices } from '../src/simulated-prices.ts'
import { createSite } from '../src/site.ts'
import { type AnswerPage, useBrowser } from './support/answer-page.ts'
import { createWrongAnalyst } from './support/wrong-analyst.ts'

const open = useBrowser()

/** Opens the page with both services, and asks a question. */
async function askThrough(answer: FetchHandler): Promise<AsyncDisposable & { page: AnswerPage }> {
  const analyst = await listen(answer)
  const gateway = createGateway({ analyst: analyst.url, log: () => {} })
  const asked = await askAt(gateway)
  return {
    page: asked.page,
    async [Symbol.asyncDispose]() {
      await asked[Symbol.asyncDispose]()
      await analyst[Symbol.asyncDispose]()
    },
  }
}

/** Opens the page with an endpoint, and asks a question. */
async function askAt(endpoint: FetchHandler): Promise<AsyncDisposable & { page: AnswerPage }> {
  const site = await listen(await createSite(endpoint))
  const page = await open(site.url)
  await page.ask('How did AMD do?')
  return {
    page,
    async [Symbol.asyncDispose]() {
      await page.page.close()
      await site[Symbol.asyncDispose]()
    },
  }
}

test('the page shows text, the chart of one service and the risk of the other', async () => {
  await using asked = await askThrough(createAnalyst(0))
  const { page } = asked
  await page.reach('The answer is complete.')
  expect(await page.parts()).toEqual([
    'Model: simulated-analyst',
    expect.stringMatching(/^Simulated answer: .*prices of AMD\.$/),
    expect.stringMatching(/^AMD: [\d.]+ on 2026-01-01, [\d.]+ on 2026-01-30$/),
    expect.stringMatching(/^Risk: (low|medium|high)\. The highest price is \d+ % above/),
    expect.stringMatching(/^The chart is an event/),
  ])
  expect(await page.problem.textContent()).toBe('')
})

test('the chart is a line, and a table for a screen reader', async () => {
  await using asked = await askThrough(createAnalyst(0))
  const { answer } = asked.page
  await asked.page.reach('The answer is complete.')
  const chart = answer.getByRole('figure', { name: /^AMD: / })
  expect(await chart.locator('polyline').getAttribute('points')).toMatch(/^([\d.]+,[\d.]+ ?){30}$/)
  expect((await chart.locator('svg').boundingBox())?.height).toBeGreaterThan(50)

  await chart.getByText('All prices').click()
  expect(await chart.getByRole('columnheader').allTextContents()).toEqual(['Day', 'Price'])
  expect(await chart.getByRole('cell').allTextContents()).toEqual(
    simulatedPrices('AMD').flatMap(({ day, price }) => [day, String(price)]),
  )
})

test('an answer is shown as it comes', async () => {
  const rest = Promise.withResolvers<void>()
  const source = async function* () {
    yield { type: 'text' as const, content: 'Before.' }
    yield {
      type: 'chart' as const,
      content: '' as const,
      symbol: 'AMD',
      points: simulatedPrices('AMD'),
    }
    await rest.promise
    yield { type: 'text' as const, content: 'After.' }
  }
  await using asked = await askThrough(createHandler({ events, source }))
  const { page } = asked
  await page.answer.getByText('Risk:').waitFor()
  await page.reach('Answering')
  expect((await page.parts()).at(0)).toBe('Before.')

  rest.resolve()
  await page.reach('The answer is complete.')
  expect((await page.parts()).at(-1)).toBe('After.')
})

test('a wrong chart ends in a typed error, and all that had arrived stays', async () => {
  await using asked = await askThrough(createWrongAnalyst())
  const { page } = asked
  await page.reach('The answer is not complete.')
  expect(await page.parts()).toEqual([
    'A good chart',
    expect.stringMatching(/^AMD: /),
    expect.stringMatching(/^Risk: /),
    'and a wrong one',
  ])
  expect(await page.problem.textContent()).toMatch(/^ServiceUnavailableError: /)
})

test('the page itself checks what an endpoint lets pass, and names the place', async () => {
  await using asked = await askAt(createWrongAnalyst())
  const { page } = asked
  await page.reach('The answer is not complete.')
  expect(await page.parts()).toEqual([
    'A good chart',
    expect.stringMatching(/^AMD: /),
    'and a wrong one',
  ])
  expect(await page.problem.textContent()).toBe(
    'StreamProtocolError: An event of the type "chart" does not match its validator at points.30.price',
  )
})
