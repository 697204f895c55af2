import { browserNames, delay, expectWithinASecond, lastRequest, seeded } from '@vectrade/test-kit'
import { describe, expect, test } from 'vitest'
import {
  begin,
  complete,
  endpoint,
  methodsAsked,
  notes,
  open,
  useSetup,
} from '../test-support/setup.ts'
import { visit } from '../test-support/visit.ts'

describe.for(browserNames)('an answer is resumed, in %s,', (name) => {
  const setup = useSetup(name)

  test.for([20_261, 48_151])('after cuts at random times (seed %i)', async (seed) => {
    const { site, sandbox } = setup
    const random = seeded(seed)
    const before = sandbox.analysesRun
    await using page = await open(setup)
    await begin(page, { options: { endpoint: `${endpoint}?fault=tokensPerSecond%3D20` } })
    for (let cuts = 0; cuts < 4; cuts += 1) {
      const { ids } = await notes(page, 'now')
      await notes(page, 'until', ids.length + 1 + Math.floor(random() * 10))
      site.cut()
      // Cuts again, possibly while the client reconnects.
      await delay(random() * 300)
      site.cut()
    }
    expect(await notes(page, 'ended')).toMatchObject(complete(setup))
    const { POST, GET } = methodsAsked(site)
    expect(POST).toBe(1)
    expect(GET).toBeGreaterThanOrEqual(3)
    expect(sandbox.analysesRun - before).toBe(1)
  })

  test('after a reload, at the event where the page was', async () => {
    await using page = await open(setup)
    await begin(page)
    await notes(page, 'until', 20)
    await page.goto(setup.proxy.origin)
    const noted = await notes(page, 'noted')
    await begin(page, { resume: noted })
    const rest = await notes(page, 'ended')
    expect(noted.text + rest.text).toBe(setup.whole.text)
    expect([...noted.ids, ...rest.ids]).toEqual(setup.whole.ids)

    await begin(page, { resume: { id: noted.id } })
    expect(await notes(page, 'ended')).toMatchObject(complete(setup))
    expect(methodsAsked(setup.site)).toMatchObject({ POST: 1 })
    const resumed = setup.site.asked.filter(({ method }) => method === 'GET')
    expect(resumed.slice(-2).map(({ headers }) => headers['last-event-id'])).toEqual([
      noted.lastEventId,
      undefined,
    ])
    // Before it unloaded, the first page may have resumed its answer once.
    expect(resumed.length).toBeLessThanOrEqual(3)
  })

  test('in other tabs', async () => {
    await using page = await open(setup)
    await using second = await open(setup)
    await using third = await open(setup)
    await begin(page)
    const { id } = await notes(page, 'until', 5)
    await begin(second, { resume: { id } })
    await notes(second, 'until', 10)
    await begin(third, { resume: { id } })
    for (const tab of [third, second, page]) {
      expect(await notes(tab, 'ended')).toMatchObject(complete(setup))
    }
    expect(methodsAsked(setup.site)).toEqual({ POST: 1, GET: 2 })
  })

  test('at an endpoint of another origin', async () => {
    const { browser, site, proxy } = setup
    await using page = await visit(browser, site, proxy.origin)
    site.asked.length = 0
    const slowly = '?fault=tokensPerSecond%3D20'
    await begin(page, { options: { endpoint: `${proxy.origin}${endpoint}${slowly}` } })
    await notes(page, 'until', 20)
    proxy.cut()
    await notes(page, 'until', 40)
    await page.evaluate('await reading.stop()')
    await expectWithinASecond(() => lastRequest(setup.sandbox).closed === 'client')
    expect(methodsAsked(site)).toMatchObject({ POST: 1, GET: 1, DELETE: 1 })
  })

  test('when its server restarts after two seconds', async () => {
    await using page = await open(setup)
    await begin(page)
    await notes(page, 'until', 10)
    await setup.site.close()
    await delay(2000)
    await setup.site.reopen()
    expect(await notes(page, 'ended')).toMatchObject(complete(setup))
  })
})
