import type { StreamEvent } from '@vectrade/node'
import { describe, expect, test } from 'vitest'
import { violationsOf } from './support/axe.ts'
import { useBrowser } from './support/chat-browser.ts'
import { servePageWithEvents, servePageWithSandbox } from './support/serve-page.ts'

const open = useBrowser()
const question = "What's the bull case for NVDA?"

describe.each(['light', 'dark'] as const)('axe finds no problem, %s', (colorScheme) => {
  test('before, while, and after an answer', async () => {
    await using server = await servePageWithSandbox({ tokensPerSecond: 60 })
    const chat = await open(server.url, { colorScheme })
    expect(await violationsOf(chat)).toEqual([])
    await chat.ask(question)
    await chat.reach('streaming')
    expect(await violationsOf(chat)).toEqual([])
    await chat.reach('complete')
    expect(await violationsOf(chat)).toEqual([])
  })

  test('in failures', async () => {
    const faults = [{ errorAfterEvents: 60 }, { status: 429, retryAfter: 60 }]
    await using server = await servePageWithSandbox({}, faults)
    const chat = await open(server.url, { colorScheme })
    await chat.ask(question)
    await chat.reach('failed')
    expect(await violationsOf(chat)).toEqual([])
    await chat.ask(question)
    await chat.turn.getByRole('button', { name: /in \d+ s/ }).waitFor()
    expect(await violationsOf(chat)).toEqual([])
  })

  test('in everything Markdown has', async () => {
    await using server = await servePageWithEvents(markdownEvents)
    const chat = await open(server.url, { colorScheme })
    await chat.ask(question)
    await chat.reach('complete')
    expect(await violationsOf(chat)).toEqual([])
  })
})

async function* markdownEvents(): AsyncGenerator<StreamEvent> {
  const wide = 'https://example.com/a-word-that-is-much-longer-than-any-phone-is-wide/and-on-and-on'
  const cells = '| A wide column | Another wide column | And a third one |'
  for (const content of [
    '## A heading\n\n### Another\n\nText with `code`, *some* **words**, ',
    `[a link](https://example.com) and ${wide}\n\n> A quote\n\n`,
    '- [ ] one\n- [x] two\n  1. three\n\n',
    `${cells}\n|---|---|---|\n${cells}\n\n---\n\n`,
    `\`\`\`js\nconst address = '${wide}' // ${wide}\n\`\`\`\n`,
  ]) {
    yield { type: 'text', content }
  }
  yield { type: 'text', content: '\n123456789. a long number\n\n' }
  yield { type: 'text', content: `${'> '.repeat(60)}deep\n\n` }
  for (let depth = 0; depth < 40; depth += 1) {
    yield { type: 'text', content: `${' '.repeat(depth * 2)}- deep\n` }
  }
  yield { type: 'metadata', content: '', model: 'm'.repeat(120) }
  yield { type: 'citation', content: '', source: wide, url: wide }
  yield { type: 'done', content: '' }
}

describe('the keyboard', () => {
  test('is enough for everything', async () => {
    await using server = await servePageWithSandbox({ tokensPerSecond: 40 }, [
      {},
      { tokensPerSecond: 0, errorAfterEvents: 60 },
      { tokensPerSecond: 0 },
    ])
    const chat = await open(server.url)
    const { keyboard } = chat.page
    const focused = (): Promise<string> =>
      chat.page.evaluate(`document.activeElement.textContent.trim() || document.activeElement.id`)
    const onLastTurn = (): Promise<boolean> =>
      chat.page.evaluate(`document.activeElement.matches('article:last-child')`)

    expect(await focused()).toBe('prompt')
    await keyboard.type('First line')
    await keyboard.press('Shift+Enter')
    await keyboard.type('and NVDA')
    await keyboard.press('Enter')
    await chat.reach('streaming')
    expect(await chat.turn.getByRole('heading', { level: 2 }).textContent()).toBe(
      'First line\nand NVDA',
    )
    expect(await focused()).toBe('prompt')

    await keyboard.press('Tab')
    expect(await focused()).toBe('Stop')
    await keyboard.press('Enter')
    await chat.reach('stopped')
    await expect.poll(onLastTurn).toBe(true)

    await chat.prompt.focus()
    await keyboard.type('Second')
    await keyboard.press('Enter')
    await chat.reach('failed')
    await keyboard.press('Shift+Tab')
    expect(await focused()).toBe('Copy')
    await keyboard.press('Shift+Tab')
    expect(await focused()).toBe('Try again')
    await keyboard.press('Enter')
    await chat.reach('complete')
    await expect.poll(onLastTurn).toBe(true)
    await keyboard.press('Tab')
    expect(await chat.page.evaluate('document.activeElement.ariaLabel')).toMatch(/^Source 1: /)
  })

  test('does not send the proposal of an input method, or an empty question', async () => {
    await using server = await servePageWithSandbox()
    const chat = await open(server.url)
    await chat.ask('   ')
    await chat.prompt.fill('にほん')
    await chat.prompt.dispatchEvent('keydown', { key: 'Enter', isComposing: true })
    await chat.prompt.dispatchEvent('keydown', { key: 'Enter', keyCode: 229 })
    expect(await chat.page.getByRole('article').count()).toBe(0)
    expect(await chat.prompt.inputValue()).toBe('にほん')
  })

  test('shows where the focus is', async () => {
    await using server = await servePageWithSandbox()
    const chat = await open(server.url)
    await chat.ask(question)
    await chat.reach('complete')
    const outlineOf = (element: string): Promise<string> =>
      chat.page.evaluate(`getComputedStyle(${element}).outlineStyle`)
    expect(await outlineOf(`document.getElementById('composer')`)).toBe('solid')
    // The button, the links of the list, and the links in the text.
    for (let stop = 0; stop < 7; stop += 1) {
      await chat.page.keyboard.press('Shift+Tab')
      expect(await outlineOf('document.activeElement')).toBe('solid')
    }
    expect(await outlineOf(`document.getElementById('composer')`)).toBe('none')
  })
})

const listen = `
  globalThis.said = []
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) said.push(node.textContent)
    }
  }).observe(document.querySelector('[aria-live=polite]'), { childList: true, subtree: true })`

test('a screen reader gets states and whole paragraphs, not pieces of text', async () => {
  await using server = await servePageWithSandbox({ tokensPerSecond: 200 })
  const chat = await open(server.url)
  await chat.page.evaluate(listen)
  await chat.ask(question)
  await chat.reach('complete')
  expect(await chat.turn.getAttribute('aria-label')).toBe(`Answer to: ${question}`)
  const said = await chat.page.evaluate<string[]>('said')
  expect(said).toEqual([
    'Thinking',
    'This answer is simulated.',
    'Answering',
    'The bull case: NVDA',
    expect.stringMatching(/^Simulated answer\. .* investment advice\.$/),
    expect.stringMatching(/^The question is about NVDA/),
    'NVDA',
    expect.stringMatching(/^What speaks for it: [^]*What speaks against it: [^\d]*$/),
    'What to watch',
    expect.stringMatching(/^.+\n.+\n.+$/),
    expect.stringMatching(/made up/),
    'Answered, sources: 3',
  ])
})

test('a screen reader hears the phases before paragraphs that come at once, and old lines are removed', async () => {
  const rest = Promise.withResolvers<void>()
  await using server = await servePageWithEvents(async function* () {
    yield { type: 'text', content: 'Paragraph\n\n'.repeat(500) }
    await rest.promise
    yield { type: 'done', content: '' }
  })
  const chat = await open(server.url)
  await chat.page.clock.install()
  await chat.page.evaluate(listen)
  // The answer arrives before the first frame. This sometimes happens without a paused clock, too.
  await chat.page.clock.pauseAt(Date.now() + 60_000)
  const answered = chat.page.waitForResponse('**/api/analyze')
  await chat.ask(question)
  await answered
  await chat.page.clock.runFor(500)
  await chat.reach('streaming')
  const said = await chat.page.evaluate<string[]>('said')
  expect(said.slice(0, 3)).toEqual(['Thinking', 'Answering', 'Paragraph'])
  const lines = chat.page.getByRole('status').locator('p')
  expect(await lines.count()).toBe(50)
  await chat.page.clock.runFor(5_000)
  expect(await lines.count()).toBe(0)
  rest.resolve()
})

test('every text has its own direction', async () => {
  await using server = await servePageWithEvents(async function* () {
    yield { type: 'text', content: 'שלום\n\n- אחת\n\nEnglish\n\n```\ncode\n```\n' }
    yield { type: 'citation', content: '', source: 'דוח', url: 'https://example.com' }
    yield { type: 'done', content: '' }
  })
  const chat = await open(server.url)
  await chat.prompt.fill('מה')
  const directionOf = (selector: string): Promise<string> =>
    chat.page.evaluate(`getComputedStyle(document.querySelector('${selector}')).direction`)
  expect(await directionOf('#prompt')).toBe('rtl')
  await chat.prompt.press('Enter')
  await chat.reach('complete')
  expect(await directionOf('[data-part=question]')).toBe('rtl')
  expect(await directionOf('[data-part=answer] p')).toBe('rtl')
  expect(await directionOf('[data-part=answer] ul')).toBe('rtl')
  expect(await directionOf('[data-part=answer] ul + p')).toBe('ltr')
  expect(await directionOf('[data-part=answer] pre')).toBe('ltr')
  expect(await directionOf('[data-part=source-list] a')).toBe('rtl')
})

describe('a phone', () => {
  const phone = {
    viewport: { width: 360, height: 740 },
    deviceScaleFactor: 2,
    isMobile: true,
    hasTouch: true,
  }

  test('has nothing wider than itself', async () => {
    await using server = await servePageWithEvents(markdownEvents)
    const chat = await open(server.url, phone)
    const width = (): Promise<number> => chat.page.evaluate('document.documentElement.scrollWidth')
    expect(await width()).toBe(360)
    await chat.ask(`${question} ${'x'.repeat(200)}`)
    await chat.reach('complete')
    expect(await width()).toBe(360)
    const room = await chat.page.evaluate(
      `parseFloat(getComputedStyle(document.querySelector('[start="123456789"]')).paddingLeft)`,
    )
    expect(room).toBeGreaterThan(90)
    expect(await chat.page.evaluate('visualViewport.width')).toBe(360)
  })

  test('does not zoom into the prompt, and puts its keyboard away for the answer', async () => {
    await using server = await servePageWithSandbox()
    const chat = await open(server.url, phone)
    const size = `getComputedStyle(document.getElementById('prompt')).fontSize`
    expect(await chat.page.evaluate(size)).toBe('16px')
    await chat.prompt.tap()
    await chat.ask(question)
    await chat.reach('complete')
    expect(await chat.page.evaluate('document.activeElement.id')).toBe('')
  })
})

test('nothing moves for readers who prefer reduced motion', async () => {
  await using server = await servePageWithSandbox({ faults: { hang: true } })
  const animations = async (reducedMotion: 'reduce' | 'no-preference'): Promise<number> => {
    const chat = await open(server.url, { reducedMotion })
    await chat.ask(question)
    await chat.reach('waiting')
    return chat.page.evaluate('document.getAnimations().length')
  }
  expect(await animations('no-preference')).toBe(1)
  expect(await animations('reduce')).toBe(0)
})
