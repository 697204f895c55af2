import {
  browserNames,
  delay,
  launchChromium,
  startStopwatch,
  type TestPage,
} from '@vectrade/test-kit'
import { describe, expect, test } from 'vitest'
import {
  begin,
  complete,
  endpoint,
  methodsAsked,
  notes,
  open,
  useSetup,
} from './test-support/setup.ts'

/** ms in which a page resumes after it is told that it is online, even on a busy machine. */
const patience = 30_000

describe.for(browserNames)('a page in %s', (name) => {
  const setup = useSetup(name)

  async function setVisible(page: TestPage, state: 'visible' | 'hidden'): Promise<void> {
    await page.evaluate(`
      Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))`)
  }

  /** Takes the network away, or gives it back, as far as a page can tell. */
  async function setOnline(page: TestPage, online: boolean): Promise<void> {
    setup.proxy.mode = online ? 'pass' : 'refuse'
    await page.evaluate(`
      Object.defineProperty(navigator, 'onLine', { value: ${online}, configurable: true })
      dispatchEvent(new Event('${online ? 'online' : 'offline'}'))`)
    if (!online) setup.proxy.cut()
  }

  async function expectToSurvive(
    page: TestPage,
    set: (online: boolean) => Promise<void>,
  ): Promise<void> {
    // Makes the pauses of counted retries 0, so that all of them would be used up at once. If `isClockHeld` is
    // true, the timers of other pauses do nothing.
    await page.evaluate(`
      Math.random = () => 0
      globalThis.isClockHeld = false
      const { setTimeout } = window
      window.setTimeout = (work, ms) =>
        setTimeout(() => { if (ms < 200 || !isClockHeld) work() }, ms)`)
    await begin(page, { options: { endpoint: `${endpoint}?fault=tokensPerSecond%3D20` } })
    await notes(page, 'until', 20)
    const left = performance.now()
    await set(false)
    const { connections } = setup.proxy
    await delay(500)
    const noted = await notes(page, 'now')
    await delay(1000)
    expect(await notes(page, 'now')).toEqual(noted)
    expect(noted).not.toHaveProperty('end')
    // The page may be wrong about the network, so the client still tries after 0.25 s, 0.5 s, 1 s … Firefox
    // makes about ten connections for each request that is refused.
    const tries = (setup.proxy.connections - connections) / (name === 'firefox' ? 10 : 1)
    const pauses = Math.floor(Math.log2((performance.now() - left) / 250 + 1))
    expect(tries).toBeLessThanOrEqual(1 + pauses)
    // Without timers, only the news that it is online makes the client continue.
    await page.evaluate('globalThis.isClockHeld = true')
    await set(true)
    const look = `
      const { ids, end } = reading.now()
      const hasResumed = ids.length > ${noted.ids.length}
      return { isOnline: navigator.onLine, hasResumed, error: end?.json }`
    await expect
      .poll(() => page.evaluate(look), { timeout: patience, message: 'The page does not resume' })
      .toEqual({ isOnline: true, hasResumed: true })
    await page.evaluate('globalThis.isClockHeld = false')
    expect(await notes(page, 'ended')).toMatchObject(complete(setup))
    expect(methodsAsked(setup.site)).toMatchObject({ POST: 1 })
  }

  test.for(name === 'chromium' ? ['an event', 'the browser'] : ['an event'])(
    'waits while it is offline, and resumes as soon as it is online, as told by %s',
    async (how) => {
      if (how === 'an event') {
        await using page = await open(setup)
        await expectToSurvive(page, (online) => setOnline(page, online))
        return
      }
      await using browser = await launchChromium()
      await using context = await browser.newContext()
      const tab = await context.newPage()
      const page: TestPage = {
        consoleErrors: [],
        goto: async (url) => void (await tab.goto(url)),
        evaluate: (script) => tab.evaluate(`(async () => {${script}\n})()`),
        [Symbol.asyncDispose]: () => tab.close(),
      }
      setup.site.asked.length = 0
      await page.goto(setup.proxy.origin)
      await expectToSurvive(page, async (online) => {
        await context.setOffline(!online)
        // `setOffline` does not end running responses.
        if (!online) setup.proxy.cut()
      })
    },
  )

  test('resumes soon if it is wrongly told that it is offline', async () => {
    const { proxy, site } = setup
    await using page = await open(setup)
    await page.evaluate(`
      Object.defineProperty(navigator, 'onLine', { value: false, configurable: true })
      dispatchEvent(new Event('offline'))`)
    const watch = startStopwatch()
    await begin(page)
    for (const events of [10, 20, 30]) {
      await notes(page, 'until', events)
      proxy.cut()
    }
    expect(await notes(page, 'ended')).toMatchObject(complete(setup))
    const { POST, GET } = methodsAsked(site)
    expect(POST).toBe(1)
    // A response that has already arrived is not cut.
    expect(GET).toBeGreaterThanOrEqual(1)
    // Each cut takes half a second. An earlier version took half a minute.
    expect(watch.ms).toBeLessThan(20_000)
  })

  test('resumes when it becomes visible again with a dead connection', async () => {
    const { proxy, site } = setup
    await using page = await open(setup)
    await begin(page, { options: { heartbeatTimeout: 0, idleTimeout: 0 } })
    await notes(page, 'until', 10)
    // The connection is alive, so nothing happens.
    await setVisible(page, 'hidden')
    await setVisible(page, 'visible')
    await setVisible(page, 'hidden')
    const { swallowed } = proxy
    proxy.mode = 'swallow'
    await expect.poll(() => proxy.swallowed).toBeGreaterThan(swallowed)
    proxy.mode = 'pass'
    expect(methodsAsked(site)).toEqual({ POST: 1 })
    // The clock of `performance.now()` may stand still while a device sleeps.
    await page.evaluate(`
      const { now } = Date
      Date.now = () => now() + 60_000`)
    await setVisible(page, 'visible')
    expect(await notes(page, 'ended')).toMatchObject(complete(setup))
    expect(methodsAsked(site)).toEqual({ POST: 1, GET: 1 })
  })

  test('resumes when heartbeats are missing', async () => {
    const { proxy, site } = setup
    await using page = await open(setup)
    await begin(page, { options: { heartbeatTimeout: 700 } })
    await notes(page, 'until', 10)
    const { swallowed } = proxy
    proxy.mode = 'swallow'
    await expect.poll(() => proxy.swallowed).toBeGreaterThan(swallowed)
    proxy.mode = 'pass'
    expect(await notes(page, 'ended')).toMatchObject(complete(setup))
    const { POST, GET } = methodsAsked(site)
    expect(POST).toBe(1)
    expect(GET).toBeGreaterThanOrEqual(1)
  })

  test('keeps no listener and no timer of a stream that has ended', async () => {
    await using page = await open(setup)
    await page.evaluate(`
      const remaining = (globalThis.remaining = { listeners: 0, most: 0, timers: new Set(), rejections: [] })
      addEventListener('unhandledrejection', ({ reason }) => remaining.rejections.push(String(reason)))
      for (const target of [window, document]) {
        const { addEventListener, removeEventListener } = target
        target.addEventListener = (...args) => {
          remaining.listeners += 1
          remaining.most = Math.max(remaining.most, remaining.listeners)
          addEventListener.apply(target, args)
        }
        target.removeEventListener = (...args) => {
          remaining.listeners -= 1
          removeEventListener.apply(target, args)
        }
      }
      const { setTimeout, clearTimeout } = window
      window.setTimeout = (work, ms) => {
        const timer = setTimeout(() => {
          remaining.timers.delete(timer)
          work()
        }, ms)
        // WebKit's driver sets its own timer of ten minutes.
        if (ms < 600_000) remaining.timers.add(timer)
        return timer
      }
      window.clearTimeout = (timer) => {
        remaining.timers.delete(timer)
        clearTimeout(timer)
      }`)
    for (const how of ['ended', 'leave', 'stop'] as const) {
      await begin(page)
      await notes(page, 'until', 10)
      setup.site.cut()
      await notes(page, 'until', 20)
      await notes(page, how)
      await notes(page, 'ended')
    }
    await expect.poll(() => page.evaluate('return remaining.timers.size')).toBe(0)
    const remaining = await page.evaluate('return { ...remaining, timers: remaining.timers.size }')
    expect(remaining).toEqual({ listeners: 0, most: expect.any(Number), timers: 0, rejections: [] })
    expect((remaining as { most: number }).most).toBeGreaterThanOrEqual(3)
    for (const text of page.consoleErrors) expect(text).toContain('Failed to load resource')
  })
})
