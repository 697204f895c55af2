import type { StreamEvent } from '@vectrade/node'
import { describe, expect, test, vi } from 'vitest'
import { type Chat, useBrowser } from './support/chat-browser.ts'
import { servePageWithEvents } from './support/serve-page.ts'

const open = useBrowser()
/** ms in which an answer ends. The page pauses between frames, and more often on a busy machine. */
const patience = 150_000
/** The most that one frame adds to the page. Marks and the hosts of links add to the text. */
const mostInFrame = { characters: 100_000, blocks: 110, sources: 500 }
const size = 30_000
const prose = 'Some **bold** and *slanted* text with `code` and a [link](https://e.example). '

vi.setConfig({ testTimeout: 2 * patience })

const text = (content: string): StreamEvent => ({ type: 'text', content })
const cite = (number: number): StreamEvent => ({
  type: 'citation',
  content: '',
  source: `Source ${number}`,
  url: `https://e.example/${number}`,
})
const fill = (piece: string, length = size): string =>
  piece.repeat(length / piece.length + 1).slice(0, length)

/** Splits the text into pieces, with a citation after each piece if asked. */
function inPieces(whole: string, count: number, isCited = false): StreamEvent[] {
  const length = Math.ceil(whole.length / count)
  return Array.from({ length: count }, (_, index) => [
    text(whole.slice(index * length, (index + 1) * length)),
    ...(isCited ? [cite(index)] : []),
  ]).flat()
}

interface Cost {
  /** CPU time of the page's thread, in s. It does not depend on how busy the machine is. */
  cpu: number
  /** The most that any frame added to the page. */
  most: typeof mostInFrame
}

/** Measures the cost of showing an answer that comes in some sixty parts. */
async function show(events: StreamEvent[], look?: (chat: Chat) => Promise<void>): Promise<Cost> {
  const part = Math.ceil(events.length / 60)
  await using server = await servePageWithEvents(async function* () {
    for (const [index, event] of events.entries()) {
      if (index % part === 0) await new Promise((resolve) => setTimeout(resolve, 15))
      yield event
    }
    yield { type: 'done', content: '' }
  })
  const chat = await open(server.url)
  chat.page.setDefaultTimeout(patience)
  const session = await chat.page.context().newCDPSession(chat.page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const cpu = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics')
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN
  }
  await chat.page.evaluate(`
    globalThis.most = { characters: 0, blocks: 0, sources: 0 }
    // The callback runs once for all changes of one frame.
    new MutationObserver((changes) => {
      const added = (part) => changes
        .filter(({ target }) => part === undefined || target.dataset.part === part)
        .flatMap(({ addedNodes }) => [...addedNodes])
      const count = (name, of) => { most[name] = Math.max(most[name], of) }
      count('characters', added().reduce((sum, { textContent }) => sum + textContent.length, 0))
      count('blocks', added('answer').filter(({ localName }) => localName).length)
      count('sources', added('source-list').length)
    }).observe(document.getElementById('conversation'), { subtree: true, childList: true })`)
  const before = await cpu()
  await chat.ask('Anything')
  await chat.reach('complete')
  const cost = {
    cpu: (await cpu()) - before,
    most: await chat.page.evaluate<Cost['most']>('most'),
  }
  await look?.(chat)
  return cost
}

let plain: Promise<Cost> | undefined

/**
 * Expects that an answer costs little more than plain text does, and that no frame shows too much of it. The
 * freezes that these tests are about took forty times as long as plain text.
 */
async function expectNoFreeze(cost: Cost): Promise<void> {
  plain ??= show(inPieces(fill('word and another '), 100))
  expect(cost.cpu).toBeLessThan(15 * (await plain).cpu)
  for (const [name, limit] of Object.entries(mostInFrame)) {
    expect(cost.most[name as keyof typeof mostInFrame], name).toBeLessThanOrEqual(limit)
  }
  // A page that changes shows that the changes are counted.
  expect(Math.min(cost.most.characters, cost.most.blocks)).toBeGreaterThan(0)
}

describe('an answer that is hard to show costs little more than plain text, a little per frame', () => {
  test.for<[string, () => StreamEvent[]]>([
    ['one block with 40 sources', () => inPieces(fill(prose), 40, true)],
    ['a line of code with 40 sources', () => inPieces(`\`${fill('a b ')}\``, 40, true)],
    ['a block of code with 40 sources', () => inPieces(`~~~\n${fill('a b\n')}`, 40, true)],
    [
      '40 sources in the middle of links',
      () => inPieces(fill(`[${'a '.repeat(60)}](https://e.example) `), 40, true),
    ],
    ['a table with 40 sources', () => inPieces(`|a|b|\n|-|-|\n${fill('|a|b|\n')}`, 40, true)],
    ['a block without a space with 40 sources', () => inPieces(fill('a!'), 40, true)],
    ['3,000 citations', () => inPieces(fill('word '), 3_000, true)],
    ['10,000 links', () => inPieces('[a](https://b.example) '.repeat(10_000), 100)],
    ['emphasis', () => inPieces(fill('*a **a '), 100)],
    ['quotes in quotes', () => inPieces(fill(`${'>'.repeat(100)} a\n`), 100)],
    ['lists in lists', () => inPieces(fill('- - - - - - - - a\n'), 100)],
    ['backticks', () => inPieces(fill('`a``b```c````d'), 100)],
    [
      'a table of many columns with many short rows',
      () =>
        inPieces(
          `${fill('|a', size / 4)}|\n${fill('|-', size / 4)}|\n${fill('a\n', size / 2)}`,
          100,
        ),
    ],
    ['a word without an end', () => inPieces('w'.repeat(10 * size), 100)],
    ['a pile of accents', () => inPieces(`a${'\u0301'.repeat(size - 1)}`, 100)],
    ['paragraphs, all at once', () => [text(`${prose}\n\n`.repeat(600))]],
  ])('%s', async ([, events]) => expectNoFreeze(await show(events())))
})

test.for([
  ['nested too deeply', '>'.repeat(5_000)],
  ['with nothing but emphasis', '_a*'.repeat(10_000)],
] as const)('a block %s is shown as text, and the blocks around it as usual', async ([, block]) => {
  const events = ['**One**\n\n', ...(block.match(/[^]{1,500}/g) ?? []), '\n\n**Two**\n\nThree\n']
  const cost = await show(events.map(text), async (chat) => {
    const paragraphs = await chat.answer.getByRole('paragraph').allTextContents()
    // With `toBe`, a failure would print 30,000 characters.
    expect(paragraphs.join('').replace(/\s/g, '') === `One${block}TwoThree`).toBe(true)
    expect(await chat.answer.locator('strong').allTextContents()).toEqual(['One', 'Two'])
    expect(await chat.button('Copy').isHidden()).toBe(false)
  })
  await expectNoFreeze(cost)
})

test('an answer that is shown in parts is complete', async () => {
  const words = Array.from({ length: 4_000 }, (_, index) => `word${index}`)
  const answer = words.map((word, index) => (index % 20 === 19 ? `${word}\n\n` : `${word} `))
  await show([text(answer.join('')), cite(1)], async (chat) => {
    expect(await chat.answer.locator('sup').allTextContents()).toEqual(['1'])
    const shown = await chat.answer.getByRole('paragraph').allTextContents()
    // With `toBe`, a failure would print all of these words.
    expect(`${shown.join(' ')} ` === `${words.join(' ')}1 `).toBe(true)
  })
})

test('an answer that is hard to show can be stopped', async () => {
  await using server = await servePageWithEvents(async function* () {
    for (;;) {
      yield text('*a **a [b](c) `d ')
      yield cite(1)
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  })
  const chat = await open(server.url)
  await chat.ask('Anything')
  await chat.reach('streaming')
  await chat.answer.getByText('*a').first().waitFor()
  await chat.button('Stop').click()
  await chat.reach('stopped')
  expect(await chat.answer.innerText()).toContain('*a')
})
