import type { StreamEvent } from '@vectrade/node'
import { describe, expect, test } from 'vitest'
import { useBrowser } from './support/chat-browser.ts'
import { servePageWithEvents, servePageWithSandbox } from './support/serve-page.ts'

const open = useBrowser()
const question = "What's the bull case for NVDA?"
const text = (content: string): StreamEvent => ({ type: 'text', content })

describe('an answer', () => {
  test('is shown with its sources, its facts, and a note that it is simulated', async () => {
    await using server = await servePageWithSandbox()
    const chat = await open(server.url)
    await chat.ask(question)
    await chat.reach('complete')

    expect(await chat.turn.getByRole('heading', { level: 2 }).textContent()).toBe(question)
    expect(await chat.answer.getByRole('heading', { level: 3 }).textContent()).toBe(
      'The bull case: NVDA',
    )
    expect(await chat.turn.locator('.origin').textContent()).toMatch(
      /^\s*Simulated\s+vectrade-sandbox-simulated\s*$/,
    )
    expect(await chat.answer.locator('sup').allTextContents()).toEqual(['1', '2', '3'])
    expect(await chat.turn.locator('[data-part=source-list] li').allTextContents()).toEqual([
      'NVDA: annual report (simulated) filings.example.com',
      'NVDA: earnings call (simulated) calls.example.org',
      'NVDA: sector note (simulated) research.example.net',
    ])
    expect(await chat.turn.locator('[data-part=facts]').textContent()).toMatch(
      /^First\stoken\safter\s[\d.]+\sm?s · \d+\stokens\s\(question:\s6\)/,
    )
    expect(server.sandbox.requests.map(({ body }) => body)).toEqual([
      { prompt: question, stream: true },
    ])
  })

  test('is shown as it comes, with its sources', async () => {
    const rest = Promise.withResolvers<void>()
    await using server = await servePageWithEvents(async function* () {
      yield text('The **first** part')
      yield { type: 'citation', content: '', source: '10-K', url: 'https://example.com/10-k' }
      await rest.promise
      yield text(', the **second**.')
      yield { type: 'done', content: '' }
    })
    const chat = await open(server.url)
    await chat.ask(question)
    await chat.answer.locator('sup').waitFor()
    expect(await chat.answer.innerHTML()).toContain('The <strong>first</strong> part<sup>')
    expect(await chat.turn.getByRole('listitem').textContent()).toBe('10-K example.com')
    expect(await chat.turn.locator('.end').textContent()).toMatch(/Answering\s+First\stoken/)
    expect(await chat.turn.locator('.end').textContent()).not.toMatch(/tokens/)

    rest.resolve()
    await chat.reach('complete')
    expect(await chat.answer.textContent()).toMatch(/^The first part1, the second\.\s*$/)
  })

  test('opens its sources in new tabs that know nothing of this one', async () => {
    await using server = await servePageWithSandbox()
    const chat = await open(server.url)
    await chat.ask(question)
    await chat.reach('complete')
    const links = await chat.turn.getByRole('link').all()
    expect(links).toHaveLength(6)
    for (const link of links) {
      expect(await link.getAttribute('href')).toMatch(/^https:\/\/\w+\.example\./)
      expect(await link.getAttribute('target')).toBe('_blank')
      expect(await link.getAttribute('rel')).toBe('noopener noreferrer nofollow')
    }
    expect(await links[0]?.getAttribute('aria-label')).toBe(
      'Source 1: NVDA: annual report (simulated)',
    )
  })

  test('can be copied, with its sources', async () => {
    await using server = await servePageWithSandbox()
    const chat = await open(server.url, { permissions: ['clipboard-read', 'clipboard-write'] })
    await chat.ask(question)
    await chat.reach('complete')
    await chat.button('Copy').click()
    await chat.button('Copied').waitFor()
    expect(await chat.page.evaluate('navigator.clipboard.readText()')).toMatch(
      /^Simulated answer\n\n## The bull case: NVDA\n[^]*\.\[1\] [^]*\n\n\[1\] NVDA: annual report \(simulated\) https:\/\/filings[^]*/,
    )
  })

  test('stays when the next question is asked', async () => {
    await using server = await servePageWithSandbox()
    const chat = await open(server.url)
    await chat.button('Compare AMD and INTC').click()
    await chat.reach('complete')
    await chat.ask('And TSLA?')
    await chat.reach('complete')
    expect(await chat.page.getByRole('heading', { level: 2 }).allTextContents()).toEqual([
      'Compare AMD and INTC',
      'And TSLA?',
    ])
    expect(await chat.page.getByRole('heading', { level: 3 }).allTextContents()).toEqual([
      'A comparison: AMD and INTC',
      'Sources',
      'An analysis: TSLA',
      'Sources',
    ])
  })

  test('is not called simulated unless the server says so', async () => {
    await using server = await servePageWithEvents(async function* () {
      yield { type: 'metadata', content: '', model: 'vq-1' }
      yield text('Yes.')
      yield { type: 'done', content: '' }
    })
    const chat = await open(server.url)
    await chat.ask(question)
    await chat.reach('complete')
    expect((await chat.turn.locator('.origin').innerText()).trim()).toBe('vq-1')
  })
})

describe('the finished part of an answer', () => {
  const long = 'A line of the answer that goes on.\n\n'.repeat(60)

  test('is not rendered again: selected text stays selected', async () => {
    const rest = Promise.withResolvers<void>()
    await using server = await servePageWithEvents(async function* () {
      yield text('Select me.\n\nThe second one\n')
      await rest.promise
      yield text('goes on.\n\nA third one.\n')
      yield { type: 'done', content: '' }
    })
    const chat = await open(server.url)
    await chat.ask(question)
    await chat.answer.getByText('The second one').waitFor()
    await chat.page.evaluate(`getSelection().selectAllChildren(
      document.querySelector('[data-part=answer] p'))`)
    rest.resolve()
    await chat.reach('complete')
    expect(await chat.answer.getByRole('paragraph').allTextContents()).toEqual([
      'Select me.',
      'The second one\ngoes on.',
      'A third one.',
    ])
    expect(await chat.page.evaluate('getSelection().toString()')).toBe('Select me.')
  })

  test('does not move for a reader who has scrolled up, and follows the end for a reader at the end', async () => {
    const parts = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const
    await using server = await servePageWithEvents(async function* () {
      yield text(`${long}One\n\n`)
      await parts[0].promise
      yield text(`${long}Two\n\n`)
      await parts[1].promise
      yield text(`${long}Three\n\n`)
      yield { type: 'done', content: '' }
    })
    const chat = await open(server.url)
    const scrolled = (): Promise<{ top: number; left: number }> =>
      chat.page.evaluate(`(({ scrollTop, scrollHeight, clientHeight }) => ({
        top: scrollTop,
        left: scrollHeight - clientHeight - scrollTop,
      }))(document.documentElement)`)
    await chat.ask(question)
    await chat.answer.getByText('One').waitFor()
    const first = await scrolled()
    expect(first.top).toBeGreaterThan(500)
    expect(first.left).toBeLessThan(8)

    parts[0].resolve()
    await chat.answer.getByText('Two').waitFor()
    expect((await scrolled()).left).toBeLessThan(8)

    await chat.page.mouse.move(200, 200)
    await chat.page.mouse.wheel(0, -50)
    await expect.poll(async () => (await scrolled()).left).toBeGreaterThan(49)
    const before = await scrolled()
    parts[1].resolve()
    await chat.reach('complete')
    expect((await scrolled()).top).toBe(before.top)
  })
})
