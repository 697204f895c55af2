import { type OpenedPage, usePages } from '@vectrade/test-kit/use-pages'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { AnswerProps } from '../test-support/page.ts'
import { type Build, type Site, startSite, textOf } from '../test-support/site.ts'

type Tab = OpenedPage['page']

/** What the components of a page have done. */
interface Seen {
  renders: number
  events: number
  prices: number[]
  frames: number
  isGrowing: boolean
  status: string
  text: string
  state: string
  error: string
}

const openPage = usePages()
let site: Site

beforeAll(async () => {
  site = await startSite()
})
afterAll(() => site[Symbol.asyncDispose]())
beforeEach(() => {
  site.answers.length = 0
  site.asked.length = 0
})

/** Opens the page with a version of React. */
const open = async (build: Build): Promise<Tab> => (await openPage(site.url(build))).page
const seen = (tab: Tab): Promise<Seen> => tab.evaluate('lab.seen()')
const render = (tab: Tab, name: 'Answer' | 'Quotes', props: object): Promise<void> =>
  tab.evaluate(`lab.render('${name}', ${JSON.stringify(props)})`)
const expectSeen = (tab: Tab, part: Partial<Seen>): Promise<void> =>
  expect.poll(() => seen(tab)).toMatchObject(part)

const answer: AnswerProps = { endpoint: '/api/analyze', prompt: '40 at 100' }
const endless: AnswerProps = { ...answer, prompt: '100000 at 50' }

describe.for([18, 19] as const)('with React %i, a component', (react) => {
  const build: Build = { react, mode: 'development' }

  test('that asks when it is mounted asks once in StrictMode, and shows the answer', async () => {
    const tab = await open(build)
    await render(tab, 'Answer', answer)
    await expectSeen(tab, { status: 'complete', text: textOf(40), isGrowing: true, prices: [7] })
    expect(await tab.evaluate('lab.shown()')).toBe(textOf(40))
    expect(site.asked).toEqual(['POST /api/analyze'])
    await render(tab, 'Answer', { ...answer, prompt: '3 at 100' })
    await expectSeen(tab, { status: 'complete', text: textOf(3) })
    await tab.evaluate("lab.act('retry')")
    await expectSeen(tab, { status: 'complete', text: textOf(3), prices: [7, 7, 7] })
    expect(site.answers.map(({ prompt }) => prompt)).toEqual(['40 at 100', '3 at 100', '3 at 100'])
  })

  test('that is unmounted in mid-stream ends the stream, and renders no more', async () => {
    const tab = await open(build)
    await render(tab, 'Answer', endless)
    await expectSeen(tab, { status: 'streaming' })
    await tab.evaluate('lab.unmount()')
    const { renders, events } = await seen(tab)
    await expect.poll(() => site.answers[0]?.signal.aborted).toBe(true)
    await tab.waitForTimeout(300)
    expect(await seen(tab)).toMatchObject({ renders, events })
    expect(site.asked).toEqual(['POST /api/analyze'])
    // Mounted again, it works again.
    await render(tab, 'Answer', answer)
    await expectSeen(tab, { status: 'complete', text: textOf(40) })
  })

  test('stops its answer, also on the server', async () => {
    const tab = await open(build)
    await render(tab, 'Answer', { ...endless, endpoint: '/api/stored' })
    await expectSeen(tab, { status: 'streaming' })
    await tab.evaluate("lab.act('stop')")
    await expectSeen(tab, { status: 'stopped' })
    await expect.poll(() => site.answers[0]?.signal.aborted).toBe(true)
    expect((await seen(tab)).text).not.toBe('')
    expect(site.asked).toEqual(['POST /api/stored', 'DELETE /api/stored'])
  })

  test('resumes its answer after a reload, and no text comes twice', async () => {
    const tab = await open(build)
    const stored = { endpoint: '/api/stored', prompt: '150 at 50' }
    await render(tab, 'Answer', stored)
    await expectSeen(tab, { status: 'streaming' })
    await tab.reload()
    await render(tab, 'Answer', { ...stored, resumes: true })
    await expectSeen(tab, { status: 'complete', text: textOf(150), isGrowing: true })
    expect(site.answers).toHaveLength(1)
  })

  test('is rendered by a server, and then hydrated without a mismatch', async () => {
    const tab = await open(build)
    const html = await tab.evaluate(`lab.hydrate('Answer', ${JSON.stringify(answer)})`)
    expect(html).toBe('<p title="idle"></p>')
    await expectSeen(tab, { status: 'complete', text: textOf(40) })
    expect(site.asked).toEqual(['POST /api/analyze'])
  })

  test('shows live quotes of its symbols over one connection, which ends with it', async () => {
    const tab = await open(build)
    await render(tab, 'Quotes', { symbols: ['nvda'] })
    await expect.poll(() => tab.evaluate('lab.shown()')).toMatch(/^NVDA \d+$/)
    expect(site.asked).toEqual(['GET /api/live'])
    await render(tab, 'Quotes', { symbols: ['nvda'] })
    await render(tab, 'Quotes', { symbols: ['amd'] })
    await expect.poll(() => tab.evaluate('lab.shown()')).toMatch(/^AMD [\d.]+$/)
    expect(site.asked).toEqual(['GET /api/live', 'GET /api/live'])
    await expect.poll(() => site.live.size).toBe(1)
    await tab.evaluate('lab.unmount()')
    await expect.poll(() => site.live.size).toBe(0)
    const { renders } = await seen(tab)
    await tab.waitForTimeout(200)
    expect((await seen(tab)).renders).toBe(renders)
  })

  test('that gets 5,000 pieces of text a second renders at most once per frame', async () => {
    const tab = await open({ react, mode: 'production' })
    const count = 15_000
    const session = await tab.context().newCDPSession(tab)
    await session.send('Performance.enable')
    const scriptSeconds = async (): Promise<number> => {
      const { metrics } = await session.send('Performance.getMetrics')
      return metrics.find(({ name }) => name === 'ScriptDuration')?.value ?? NaN
    }
    const before = await scriptSeconds()
    const start = performance.now()
    await tab.evaluate('lab.countFrames()')
    await render(tab, 'Answer', { ...answer, prompt: `${count} at 5000` })
    await expectSeen(tab, { status: 'complete' })
    const { renders, frames, events, text, isGrowing } = await seen(tab)
    const ms = performance.now() - start
    const script = (await scriptSeconds()) - before
    console.log(
      `React ${react}: ${count} pieces of text, ${renders} renders in ${frames} frames, ` +
        `${((script * 1000) / frames).toFixed(2)} ms of script per frame`,
    )
    expect(text).toBe(textOf(count))
    expect(isGrowing).toBe(true)
    // A price and the end come on top.
    expect(events).toBe(count + 2)
    // The first render, the question, the first text and the end come on top. On a busy machine, a frame can take longer
    // than the timer that stands in for it.
    expect(renders).toBeLessThanOrEqual(frames + ms / 250 + 5)
    expect(renders).toBeLessThan(count / 10)
  })
})

test('a component that an <Activity> hides ends its stream, and works when it is shown again', async () => {
  const tab = await open({ react: 19, mode: 'development' })
  await render(tab, 'Answer', { ...endless, activity: 'visible' })
  await expectSeen(tab, { status: 'streaming' })
  await render(tab, 'Answer', { ...endless, activity: 'hidden' })
  await expect.poll(() => site.answers[0]?.signal.aborted).toBe(true)
  await render(tab, 'Answer', { ...answer, activity: 'visible' })
  await expectSeen(tab, { status: 'complete', text: textOf(40) })
  // An answer that has ended is still there.
  await render(tab, 'Answer', { ...answer, activity: 'hidden', resumes: true })
  await render(tab, 'Answer', { ...answer, activity: 'visible', resumes: true })
  const { renders } = await seen(tab)
  await tab.waitForTimeout(100)
  expect(await seen(tab)).toMatchObject({ renders, status: 'complete', text: textOf(40) })
})
