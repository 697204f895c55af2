import type { LiveEvent } from '@vectrade/node'
import { describe, expect, test } from 'vitest'
import { useBrowser } from './support/chat-browser.ts'
import { changes, countChanges, pricesOf } from './support/price-panel.ts'
import {
  servePageWithEvents,
  servePageWithPrices,
  servePageWithSandbox,
} from './support/serve-page.ts'

const open = useBrowser()
const question = "What's the bull case for NVDA?"
const quick = { live: { interval: 50 } }

function quote(price: number, fields: object = {}): LiveEvent {
  return { type: 'quote.update', symbol: 'NVDA', price, ...fields }
}

describe('live prices', () => {
  test('of the symbols in the question change, and are called simulated', async () => {
    await using server = await servePageWithSandbox(quick)
    const chat = await open(server.url)
    const { panel, symbols, status, price, change, row } = pricesOf(chat)
    await chat.ask('Compare AMD and INTC')
    await status('Live')
    expect(await symbols()).toEqual(['AMD', 'INTC'])
    await expect.poll(() => price('AMD').textContent()).toMatch(/^[\d,]+\.\d\d$/)
    await expect
      .poll(() => change('AMD').textContent())
      .toMatch(/(▲\s+up\s+\+|▼\s+down\s+−)[\d.]+ \([+−][\d.]+%\)/)
    await panel.getByText('Simulated data').waitFor()
    await changes(chat, 'AMD')
    await changes(chat, 'INTC')
    await row('AMD')
      .getByRole('img', { name: /^Last 5 minutes: low [\d.]+, high [\d.]+$/ })
      .waitFor()
    expect(await row('AMD').locator('canvas').count()).toBe(1)
  })

  test('are those of the last question that names symbols, from one feed', async () => {
    await using server = await servePageWithSandbox(quick)
    const chat = await open(server.url)
    const { symbols, status } = pricesOf(chat)
    await chat.ask('Compare AMD and INTC')
    await status('Live')
    await chat.reach('complete')
    await chat.ask('INTC or NVDA?')
    await expect.poll(symbols).toEqual(['INTC', 'NVDA'])
    await changes(chat, 'NVDA')
    await chat.reach('complete')
    await chat.ask('And why?')
    await chat.reach('complete')
    expect(await symbols()).toEqual(['INTC', 'NVDA'])
    await expect.poll(() => server.live.open).toBe(1)
    expect(server.live.requests).toEqual(['AMD,INTC', 'INTC,NVDA'])
  })

  test('have a status while their server is down, and after it is back', async () => {
    await using server = await servePageWithSandbox(quick)
    const chat = await open(server.url)
    const { status } = pricesOf(chat)
    await chat.ask(question)
    await status('Live')
    await changes(chat, 'NVDA')
    server.live.takeDown()
    await status('Reconnecting…')
    server.live.bringBack()
    await status('Live')
    await changes(chat, 'NVDA')
    expect(server.live.open).toBe(1)
  })

  test('say for a while that updates were missed', async () => {
    const gap = Promise.withResolvers<void>()
    const end = Promise.withResolvers<void>()
    await using server = await servePageWithPrices(
      (async function* (): AsyncGenerator<LiveEvent> {
        yield quote(100)
        await gap.promise
        yield { type: 'gap', reason: 'upstream' }
        yield quote(101)
        await end.promise
      })(),
    )
    const chat = await open(server.url)
    const { status, price } = pricesOf(chat)
    await chat.ask(question)
    await status('Live')
    gap.resolve()
    await status('Some updates were missed')
    await expect.poll(() => price('NVDA').textContent()).toBe('101.00')
    await status('Live')
    end.resolve()
  })

  test('say that the market is closed until a price changes', async () => {
    const opens = Promise.withResolvers<void>()
    const end = Promise.withResolvers<void>()
    await using server = await servePageWithPrices(
      (async function* (): AsyncGenerator<LiveEvent> {
        yield quote(100, { timestamp: '2026-01-02T21:00:00Z', change: -1, changePct: -1 })
        await opens.promise
        yield quote(99.5, { timestamp: '2026-01-05T14:30:00Z', change: 0, changePct: 0 })
        await end.promise
      })(),
    )
    const chat = await open(server.url)
    const { status, change, panel } = pricesOf(chat)
    await chat.ask(question)
    await status('Market closed')
    expect(await change('NVDA').textContent()).toMatch(/▼\s+down\s+−1\.00 \(−1\.00%\)/)
    opens.resolve()
    await status('Live')
    expect(await panel.getByText('Simulated data').isVisible()).toBe(false)
    end.resolve()
  })

  test('are drawn at most once a frame', async () => {
    const burst = Promise.withResolvers<void>()
    const end = Promise.withResolvers<void>()
    await using server = await servePageWithPrices(
      (async function* (): AsyncGenerator<LiveEvent> {
        yield quote(100)
        await burst.promise
        for (let price = 101; price <= 1100; price += 1) yield quote(price)
        await end.promise
      })(),
    )
    const chat = await open(server.url)
    const { price } = pricesOf(chat)
    await chat.ask(question)
    await expect.poll(() => price('NVDA').textContent()).toBe('100.00')
    await chat.page.evaluate(countChanges)
    burst.resolve()
    await expect.poll(() => price('NVDA').textContent()).toBe('1,100.00')
    expect(await chat.page.evaluate<number>('changedAt.length')).toBeLessThan(100)
    end.resolve()
  })

  test('need no charts', async () => {
    await using server = await servePageWithSandbox(quick)
    const chat = await open('about:blank')
    await chat.page.route('**/price-chart-*.js', (route) => route.abort())
    await chat.page.goto(server.url)
    await chat.ask(question)
    await changes(chat, 'NVDA')
    expect(await pricesOf(chat).row('NVDA').getByRole('img').isVisible()).toBe(false)
  })

  test('are not shown if the server has none', async () => {
    await using server = await servePageWithEvents(async function* () {
      yield { type: 'text', content: 'Yes.' }
      yield { type: 'done', content: '' }
    })
    const chat = await open(server.url)
    const refused = chat.page.waitForResponse('**/api/live?*')
    await chat.ask(question)
    expect((await refused).status()).toBe(404)
    await chat.reach('complete')
    expect(await pricesOf(chat).panel.count()).toBe(0)
  })

  test('can be asked for again after the server has refused them', async () => {
    const end = Promise.withResolvers<void>()
    const prices = async function* (): AsyncGenerator<LiveEvent> {
      yield quote(100)
      await end.promise
    }
    let isAllowed = false
    await using server = await servePageWithPrices(prices(), () => isAllowed)
    const chat = await open(server.url)
    const { status, price } = pricesOf(chat)
    await chat.ask(question)
    await status('Not available')
    isAllowed = true
    await chat.button('Try again: live prices').click()
    await status('Live')
    await expect.poll(() => price('NVDA').textContent()).toBe('100.00')
    end.resolve()
  })

  test('end with the page', async () => {
    await using server = await servePageWithSandbox(quick)
    const chat = await open(server.url)
    await chat.ask(question)
    await pricesOf(chat).status('Live')
    expect(server.live.open).toBe(1)
    await chat.page.goto('about:blank')
    await expect.poll(() => server.live.open).toBe(0)
    await chat.page.goBack()
    await chat.ask(question)
    await changes(chat, 'NVDA')
    expect(server.live.open).toBe(1)
  })
})
