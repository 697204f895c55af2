import {
  browserNames,
  delay,
  expectWithinASecond,
  launchChromium,
  launchTimeout,
  type TestPage,
} from '@vectrade/test-kit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { begin, methodsAsked, notes, open, type Stage, startStage } from './test-support/stage.ts'

describe.for(browserNames)('a page in %s', (name) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startStage(name)
  }, launchTimeout)
  afterAll(() => stage[Symbol.asyncDispose]())

  const complete = (): object => ({ ...stage.whole, end: 'complete' })

  async function setVisible(page: TestPage, state: 'visible' | 'hidden'): Promise<void> {
    await page.evaluate(`
      Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))`)
  }

  /** Takes the network away, or gives it back, as far as a page can tell. */
  async function setOnline(page: TestPage, online: boolean): Promise<void> {
    stage.proxy.mode = online ? 'pass' : 'refuse'
    await page.evaluate(`
      Object.defineProperty(navigator, 'onLine', { value: ${online}, configurable: true })
      dispatchEvent(new Event('${online ? 'online' : 'offline'}'))`)
    if (!online) stage.proxy.cut()
  }

  async function expectToSurvive(
    page: TestPage,
    set: (online: boolean) => Promise<void>,
  ): Promise<void> {
    // No pauses: what is counted would be used up at once.
    await page.evaluate('Math.random = () => 0')
    await begin(page)
    await notes(page, 'until', 20)
    await set(false)
    const { connections } = stage.proxy
    await delay(500)
    const noted = await notes(page, 'now')
    await delay(1000)
    expect(await notes(page, 'now')).toEqual(noted)
    expect(noted).not.toHaveProperty('end')
    // It tries in case that it is told wrong, after 0.25 s, 0.5 s, 1 s … For each of its requests that is
    // refused Firefox makes some ten connections.
    const tries = (stage.proxy.connections - connections) / (name === 'firefox' ? 10 : 1)
    expect(tries).toBeLessThan(4)
    const start = performance.now()
    await set(true)
    await notes(page, 'until', noted.ids.length + 1)
    expect(performance.now() - start).toBeLessThan(2000)
    expect(await notes(page, 'ended')).toMatchObject(complete())
    expect(methodsAsked(stage.site)).toMatchObject({ POST: 1 })
  }

  test.for(name === 'chromium' ? ['it is told', 'is so'] : ['it is told'])(
    'waits while there is no network, and goes on as soon as there is one, where %s',
    { timeout: launchTimeout },
    async (how) => {
      if (how === 'it is told') {
        await using page = await open(stage)
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
      stage.site.asked.length = 0
      await page.goto(stage.proxy.origin)
      await expectToSurvive(page, async (online) => {
        await context.setOffline(!online)
        // Responses under way are none of its business.
        if (!online) stage.proxy.cut()
      })
    },
  )

  test('goes on soon where it is told that there is no network, but there is', async () => {
    const { proxy, site } = stage
    await using page = await open(stage)
    await page.evaluate(`
      Object.defineProperty(navigator, 'onLine', { value: false, configurable: true })
      dispatchEvent(new Event('offline'))`)
    const start = performance.now()
    await begin(page)
    for (const events of [10, 20, 30]) {
      await notes(page, 'until', events)
      proxy.cut()
    }
    expect(await notes(page, 'ended')).toMatchObject(complete())
    const { POST, GET } = methodsAsked(site)
    expect(POST).toBe(1)
    // What was on its way already is not cut.
    expect(GET).toBeGreaterThanOrEqual(1)
    // A cut costs half a second; once it was half a minute.
    expect(performance.now() - start).toBeLessThan(20_000)
  })

  test('finds its connection dead when it comes from the background', async () => {
    const { proxy, site } = stage
    await using page = await open(stage)
    await begin(page, { options: { heartbeatTimeout: 0, idleTimeout: 0 } })
    await notes(page, 'until', 10)
    // This one is alive.
    await setVisible(page, 'hidden')
    await setVisible(page, 'visible')
    await setVisible(page, 'hidden')
    const { swallowed } = proxy
    proxy.mode = 'swallow'
    await expectWithinASecond(() => proxy.swallowed > swallowed)
    proxy.mode = 'pass'
    expect(methodsAsked(site)).toEqual({ POST: 1 })
    await page.evaluate(`
      const { timeOrigin } = performance
      performance.now = () => Date.now() - timeOrigin + 60_000`)
    await setVisible(page, 'visible')
    expect(await notes(page, 'ended')).toMatchObject(complete())
    expect(methodsAsked(site)).toEqual({ POST: 1, GET: 1 })
  })

  test('finds it dead by the missing heartbeat', async () => {
    const { proxy, site } = stage
    await using page = await open(stage)
    await begin(page, { options: { heartbeatTimeout: 700 } })
    await notes(page, 'until', 10)
    const { swallowed } = proxy
    proxy.mode = 'swallow'
    await expectWithinASecond(() => proxy.swallowed > swallowed)
    proxy.mode = 'pass'
    expect(await notes(page, 'ended')).toMatchObject(complete())
    const { POST, GET } = methodsAsked(site)
    expect(POST).toBe(1)
    expect(GET).toBeGreaterThanOrEqual(1)
  })

  test('has nothing left of a stream that is through', async () => {
    await using page = await open(stage)
    await page.evaluate(`
      const left = (globalThis.left = { listeners: 0, most: 0, timers: new Set(), rejections: [] })
      addEventListener('unhandledrejection', ({ reason }) => left.rejections.push(String(reason)))
      for (const target of [window, document]) {
        const { addEventListener, removeEventListener } = target
        target.addEventListener = (...args) => {
          left.listeners += 1
          left.most = Math.max(left.most, left.listeners)
          addEventListener.apply(target, args)
        }
        target.removeEventListener = (...args) => {
          left.listeners -= 1
          removeEventListener.apply(target, args)
        }
      }
      const { setTimeout, clearTimeout } = window
      window.setTimeout = (work, ms) => {
        const timer = setTimeout(() => {
          left.timers.delete(timer)
          work()
        }, ms)
        // WebKit's driver has one of its own, of ten minutes.
        if (ms < 600_000) left.timers.add(timer)
        return timer
      }
      window.clearTimeout = (timer) => {
        left.timers.delete(timer)
        clearTimeout(timer)
      }`)
    for (const how of ['ended', 'leave', 'stop'] as const) {
      await begin(page)
      await notes(page, 'until', 10)
      stage.site.cut()
      await notes(page, 'until', 20)
      await notes(page, how)
      await notes(page, 'ended')
    }
    // What drains a connection may take as long.
    await delay(150)
    const left = await page.evaluate('return { ...left, timers: left.timers.size }')
    expect(left).toEqual({ listeners: 0, most: expect.any(Number), timers: 0, rejections: [] })
    expect((left as { most: number }).most).toBeGreaterThanOrEqual(3)
    for (const text of page.consoleErrors) expect(text).toContain('Failed to load resource')
  })
})
