import {
  browserNames,
  delay,
  expectWithinASecond,
  lastRequest,
  launchTimeout,
} from '@vectrade/test-kit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  begin,
  endpoint,
  methodsAsked,
  notes,
  open,
  type Stage,
  startStage,
} from '../test-support/stage.ts'

describe.for(browserNames)('an answer that is kept, in %s,', (name) => {
  let stage: Stage
  beforeAll(async () => {
    const owner = (request: Request): string =>
      /user=(\w+)/.exec(request.headers.get('cookie') ?? '')?.[1] ?? ''
    stage = await startStage(name, { owner })
  }, launchTimeout)
  afterAll(() => stage[Symbol.asyncDispose]())

  const complete = (): object => ({ ...stage.whole, end: 'complete' })

  test('ends for everybody when it is stopped', async () => {
    await using page = await open(stage)
    await using other = await open(stage)
    await begin(page)
    const { id } = await notes(page, 'until', 10)
    await begin(other, { resume: { id } })
    await notes(other, 'until', 10)
    await notes(page, 'stop')
    await expectWithinASecond(() => lastRequest(stage.sandbox).closed === 'client')
    const mine = await notes(page, 'ended')
    const whole = await notes(other, 'ended')
    expect([mine.end, whole.end]).toEqual(['complete', 'complete'])
    expect(whole.text.startsWith(mine.text)).toBe(true)
    expect(stage.whole.text.startsWith(whole.text)).toBe(true)
    expect(whole.text.length).toBeLessThan(stage.whole.text.length)
    expect(methodsAsked(stage.site)).toEqual({ POST: 1, GET: 1, DELETE: 1 })
  })

  test.for(['leaves it', 'is closed'])('goes on for others when its page %s', async (how) => {
    await using other = await open(stage)
    let id
    {
      await using page = await open(stage)
      await begin(page)
      await notes(page, 'until', 10)
      ;({ id } = await notes(page, how === 'leaves it' ? 'leave' : 'now'))
    }
    await begin(other, { resume: { id } })
    expect(await notes(other, 'ended')).toMatchObject(complete())
    await expectWithinASecond(() => lastRequest(stage.sandbox).closed === 'finished')
    expect(methodsAsked(stage.site)).toEqual({ POST: 1, GET: 1 })
  })

  test.for([
    [204, 'complete'],
    [401, { name: 'AuthenticationError', isOne: true }],
    [403, { name: 'AuthenticationError', isOne: true }],
    [404, { name: 'StreamResumeError', isOne: true }],
  ] as const)('is at its end where the server says %i, with %o', async ([status, end]) => {
    const { site } = stage
    await using page = await open(stage)
    await begin(page)
    await notes(page, 'until', 10)
    site.answer = ({ method }) => (method === 'GET' ? new Response(null, { status }) : undefined)
    site.cut()
    const ended = await notes(page, 'ended')
    // The longest pause before a second attempt.
    await delay(1000)
    site.answer = undefined
    expect(ended.end).toEqual(typeof end === 'string' ? end : expect.objectContaining(end))
    if (typeof ended.end === 'object') {
      const { text, lastEventId } = ended
      expect(ended.end).toMatchObject({ partial: { text, lastEventId } })
    }
    expect(methodsAsked(site)).toEqual({ POST: 1, GET: 1 })
  })

  test('is nobody else’s', async () => {
    await using page = await open(stage)
    await using other = await open(stage)
    await page.evaluate("document.cookie = 'user=me'")
    await begin(page)
    const { id } = await notes(page, 'until', 5)
    await page.evaluate("document.cookie = 'user=other'")
    await begin(other, { resume: { id } })
    expect(await notes(other, 'ended')).toMatchObject({
      text: '',
      end: { name: 'StreamResumeError', isOne: true },
    })
    await page.evaluate("document.cookie = 'user=me'")
    await begin(other, { resume: { id } })
    expect(await notes(other, 'ended')).toMatchObject(complete())
  })

  test('fails as it did, although the page was away', async () => {
    const { proxy, sandbox } = stage
    await using page = await open(stage)
    await begin(page, { options: { endpoint: `${endpoint}?fault=errorAfterEvents%3D60` } })
    await notes(page, 'until', 10)
    proxy.mode = 'refuse'
    proxy.cut()
    await lastRequest(sandbox).done
    proxy.mode = 'pass'
    const { text, ids, end } = await notes(page, 'ended')
    expect(ids).toEqual(stage.whole.ids.slice(0, 60))
    expect(stage.whole.text.startsWith(text)).toBe(true)
    expect(end).toMatchObject({ name: 'ServerError', isOne: true, partial: { text } })
  })
})
