import { browserNames, delay, expectWithinASecond, lastRequest } from '@vectrade/test-kit'
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

describe.for(browserNames)('a stored answer, in %s,', (name) => {
  const setup = useSetup(name, {
    owner: (request) => /user=(\w+)/.exec(request.headers.get('cookie') ?? '')?.[1] ?? '',
  })

  test('ends for all readers when it is stopped', async () => {
    await using page = await open(setup)
    await using other = await open(setup)
    await begin(page, { options: { endpoint: `${endpoint}?fault=tokensPerSecond%3D10` } })
    const { id } = await notes(page, 'until', 10)
    await begin(other, { resume: { id } })
    await notes(other, 'until', 10)
    await notes(page, 'stop')
    await expectWithinASecond(() => lastRequest(setup.sandbox).closed === 'client')
    const mine = await notes(page, 'ended')
    const whole = await notes(other, 'ended')
    expect([mine.end, whole.end]).toEqual(['complete', 'complete'])
    expect(whole.text.startsWith(mine.text)).toBe(true)
    expect(setup.whole.text.startsWith(whole.text)).toBe(true)
    expect(whole.text.length).toBeLessThan(setup.whole.text.length)
    expect(methodsAsked(setup.site)).toEqual({ POST: 1, GET: 1, DELETE: 1 })
  })

  test.for(['stops reading', 'is closed'])(
    'continues for other readers when its page %s',
    async (how) => {
      await using other = await open(setup)
      let id
      {
        await using page = await open(setup)
        await begin(page)
        await notes(page, 'until', 10)
        ;({ id } = await notes(page, how === 'stops reading' ? 'leave' : 'now'))
      }
      await begin(other, { resume: { id } })
      expect(await notes(other, 'ended')).toMatchObject(complete(setup))
      await expect.poll(() => lastRequest(setup.sandbox).closed).toBe('finished')
      expect(methodsAsked(setup.site)).toEqual({ POST: 1, GET: 1 })
    },
  )

  test.for([
    [204, 'complete'],
    [401, { name: 'AuthenticationError', isVecTradeError: true }],
    [403, { name: 'AuthenticationError', isVecTradeError: true }],
    [404, { name: 'StreamResumeError', isVecTradeError: true }],
  ] as const)('ends if the server answers %i, with %o', async ([status, end]) => {
    const { site } = setup
    await using page = await open(setup)
    await begin(page)
    await notes(page, 'until', 10)
    site.answer = ({ method }) => (method === 'GET' ? new Response(null, { status }) : undefined)
    site.cut()
    const ended = await notes(page, 'ended')
    // Waits longer than the pause before a second attempt.
    await delay(1000)
    site.answer = undefined
    expect(ended.end).toEqual(typeof end === 'string' ? end : expect.objectContaining(end))
    if (typeof ended.end === 'object') {
      const { text, lastEventId } = ended
      expect(ended.end).toMatchObject({ partial: { text, lastEventId } })
    }
    expect(methodsAsked(site)).toEqual({ POST: 1, GET: 1 })
  })

  test('can be resumed only by its owner', async () => {
    await using page = await open(setup)
    await using other = await open(setup)
    await page.evaluate("document.cookie = 'user=me'")
    await begin(page)
    const { id } = await notes(page, 'until', 5)
    await page.evaluate("document.cookie = 'user=other'")
    await begin(other, { resume: { id } })
    expect(await notes(other, 'ended')).toMatchObject({
      text: '',
      end: { name: 'StreamResumeError', isVecTradeError: true },
    })
    await page.evaluate("document.cookie = 'user=me'")
    await begin(other, { resume: { id } })
    expect(await notes(other, 'ended')).toMatchObject(complete(setup))
  })

  test('fails with its error, even if the page was offline when it failed', async () => {
    const { proxy, sandbox } = setup
    await using page = await open(setup)
    await begin(page, { options: { endpoint: `${endpoint}?fault=errorAfterEvents%3D60` } })
    await notes(page, 'until', 10)
    proxy.mode = 'refuse'
    proxy.cut()
    await lastRequest(sandbox).done
    proxy.mode = 'pass'
    const { text, ids, end } = await notes(page, 'ended')
    expect(ids).toEqual(setup.whole.ids.slice(0, 60))
    expect(setup.whole.text.startsWith(text)).toBe(true)
    expect(end).toMatchObject({ name: 'ServerError', isVecTradeError: true, partial: { text } })
  })
})
