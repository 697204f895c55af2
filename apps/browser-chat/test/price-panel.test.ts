import { describe, expect, test } from 'vitest'
import { violationsOf } from './support/axe.ts'
import { useBrowser } from './support/chat-browser.ts'
import { changes, countChanges, pricesOf } from './support/price-panel.ts'
import { servePageWithSandbox } from './support/serve-page.ts'

const open = useBrowser()
const question = "What's the bull case for NVDA?"
const quick = { live: { interval: 50 } }

describe('for every reader', () => {
  test('the keyboard pauses and resumes the prices', async () => {
    await using server = await servePageWithSandbox(quick)
    const chat = await open(server.url)
    const { status } = pricesOf(chat)
    await chat.ask(question)
    await status('Live')
    await chat.reach('complete')
    const focused = (): Promise<string> => chat.page.evaluate('document.activeElement.ariaLabel')
    for (let stop = 0; stop < 10 && (await focused()) !== 'Pause: live prices'; stop += 1) {
      await chat.page.keyboard.press('Shift+Tab')
    }
    await chat.page.keyboard.press('Enter')
    await status('Paused')
    expect(await focused()).toBe('Resume: live prices')
    await expect.poll(() => server.live.open).toBe(0)
    await chat.page.keyboard.press('Enter')
    await status('Live')
    expect(await focused()).toBe('Pause: live prices')
    await changes(chat, 'NVDA')
  })

  test('a screen reader hears the status and no price', async () => {
    await using server = await servePageWithSandbox(quick)
    const chat = await open(server.url)
    const { status, panel } = pricesOf(chat)
    await chat.ask(question)
    await status('Live')
    await changes(chat, 'NVDA')
    const isSilent = `document.querySelector('[data-part=price]')
      .closest('[aria-live], [role=status], [role=log], [role=alert], [role=timer]') === null`
    expect(await chat.page.evaluate(isSilent)).toBe(true)
    const said = async (): Promise<string> =>
      (await panel.getByRole('status').innerText()).replace(/\s+/g, ' ').trim()
    expect(await said()).toBe('Live prices: Live')
    server.live.takeDown()
    await status('Reconnecting…')
    expect(await said()).toBe('Live prices: Reconnecting…')
  })

  test('prices change at most every two seconds for readers who prefer reduced motion', async () => {
    await using server = await servePageWithSandbox(quick)
    const chat = await open(server.url, { reducedMotion: 'reduce' })
    await chat.ask(question)
    const { status, row } = pricesOf(chat)
    await status('Live')
    await chat.reach('complete')
    await row('NVDA').locator('canvas').waitFor()
    await changes(chat, 'NVDA')
    await chat.page.evaluate(countChanges)
    const times = (): Promise<number[]> => chat.page.evaluate('changedAt')
    await expect.poll(async () => (await times()).length, { timeout: 60_000 }).toBeGreaterThan(2)
    const [first = 0, second = 0, third = 0] = await times()
    expect(second - first).toBeGreaterThanOrEqual(1_900)
    expect(third - second).toBeGreaterThanOrEqual(1_900)
  })
})

const six = 'AAPL MSFT GOOG AMZN META NVDA'
const wide = { viewport: { width: 1280, height: 800 } }
const phone = {
  viewport: { width: 360, height: 740 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
}

describe.each(['light', 'dark'] as const)('axe finds no problem in prices, %s', (colorScheme) => {
  test.each([
    ['wide', wide],
    ['phone', phone],
  ])('%s', async (_, device) => {
    await using server = await servePageWithSandbox(quick)
    const chat = await open(server.url, { ...device, colorScheme })
    const { status } = pricesOf(chat)
    await chat.ask(six)
    await status('Live')
    await changes(chat, 'NVDA')
    await chat.reach('complete')
    expect(await violationsOf(chat)).toEqual([])
    server.live.takeDown()
    await status('Reconnecting…')
    expect(await violationsOf(chat)).toEqual([])
    await chat.button('Pause: live prices').click()
    await status('Paused')
    expect(await violationsOf(chat)).toEqual([])
  })
})

describe('the panel', () => {
  test('is beside the answer', async () => {
    await using server = await servePageWithSandbox(quick)
    const chat = await open(server.url, wide)
    await chat.ask(question)
    await chat.reach('complete')
    await changes(chat, 'NVDA')
    const panel = await pricesOf(chat).panel.boundingBox()
    const answer = await chat.turn.boundingBox()
    expect(panel?.x).toBeGreaterThan((answer?.x ?? 0) + (answer?.width ?? 0))
  })

  test('is above the answer on a phone, stays in view, and is not wider than it', async () => {
    await using server = await servePageWithSandbox(quick)
    const chat = await open(server.url, phone)
    await chat.ask(six)
    await chat.reach('complete')
    await changes(chat, 'AAPL')
    expect(await chat.page.evaluate('document.documentElement.scrollWidth')).toBe(360)
    expect(await chat.page.evaluate('document.documentElement.scrollTop')).toBeGreaterThan(100)
    expect((await pricesOf(chat).panel.boundingBox())?.y).toBe(0)
    const bar = `(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(
      document.querySelector('#prices .bar'))`
    server.live.takeDown()
    await pricesOf(chat).status('Reconnecting…')
    expect(await chat.page.evaluate(bar)).toBe(0)
    // The list can be scrolled with the keyboard.
    const list = pricesOf(chat).panel.getByRole('list')
    await list.focus()
    await chat.page.keyboard.press('ArrowRight')
    const scrolled = `document.querySelector('#prices ul').scrollLeft`
    await expect.poll(() => chat.page.evaluate(scrolled)).toBeGreaterThan(0)
  })
})
