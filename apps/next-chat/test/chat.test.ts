import { type Sandbox, startSandbox } from '@vectrade/sandbox'
import { expectWithinASecond, lastRequest } from '@vectrade/test-kit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useChat } from './support/chat-page.ts'
import { buildApp, type ServedApp, serveApp } from './support/next-app.ts'

const open = useChat()
const question = 'What is the bull case for AMD?'

beforeAll(buildApp, 600_000)

describe('the built app', () => {
  let sandbox: Sandbox
  let app: ServedApp
  beforeAll(async () => {
    // An answer takes 16 s, so that it is still running when a test does something, also on a busy machine.
    sandbox = await startSandbox({ tokensPerSecond: 10 })
    app = await serveApp(sandbox)
  })
  afterAll(async () => {
    await app[Symbol.asyncDispose]()
    await sandbox.close()
  })

  test('renders its pages on the server', async () => {
    for (const path of ['/', '/guide']) {
      const html = await (await fetch(app.url + path)).text()
      expect(html).toMatch(/<h1>[^]*<form>[^]*<button>Ask</)
      expect(html).not.toContain('<article')
    }
  })

  test('shows an answer as it streams, and continues it after a reload', async () => {
    const asked = sandbox.requests.length
    const chat = await open(app.url)
    await chat.ask(question)
    await chat.answer.getByText('The question is about').waitFor()
    await chat.reach('Answering')
    await chat.page.reload()
    await chat.answer.getByText('The question is about').waitFor()
    await chat.reach('Answering')
    expect(await chat.answer.getByRole('heading', { level: 2 }).first().textContent()).toBe(
      question,
    )

    await chat.reach('The answer is complete. It used ')
    expect(await chat.answer.getByText('The question is about').count()).toBe(1)
    expect(await chat.answer.getByText('Simulated', { exact: true }).count()).toBe(1)
    expect(await chat.sources.allTextContents()).toEqual([
      'AMD: annual report (simulated)',
      'AMD: earnings call (simulated)',
      'AMD: sector note (simulated)',
    ])
    expect(sandbox.requests).toHaveLength(asked + 1)
  })

  test('stops an answer, and asks again', async () => {
    const chat = await open(app.url)
    await chat.ask(question)
    await chat.answer.getByText('The question is about').waitFor()
    await chat.button('Stop').click()
    await chat.reach('Stopped.')
    await expectWithinASecond(() => lastRequest(sandbox).closed === 'client')
    expect(await chat.answer.textContent()).toContain('The question is about')
    await chat.button('Ask again').click()
    await chat.reach('Answering')
    expect(lastRequest(sandbox)).toMatchObject({ body: { prompt: question } })
  })

  test('says why an answer failed, and asks again', async () => {
    const chat = await open(app.url)
    await chat.page.context().setOffline(true)
    await chat.ask(question)
    await chat.reach('The answer failed.')
    expect(await chat.answer.getByRole('alert').textContent()).not.toBe('')
    await chat.page.context().setOffline(false)
    await chat.button('Ask again').click()
    await chat.reach('Answering')
  })

  test('streams through the route of the guide, and ends the answer of a reader who leaves', async () => {
    const chat = await open(`${app.url}/guide`)
    await chat.ask(question)
    await chat.answer.getByText('The question is about').waitFor()
    await chat.reach('Answering')
    expect(lastRequest(sandbox)).toMatchObject({
      headers: { 'user-agent': expect.stringMatching(/^vectrade-edge\//) as string },
    })
    await chat.page.goto('about:blank')
    await expect.poll(() => lastRequest(sandbox).closed).toBe('client')
  })
})

test('without a key, the app starts a sandbox and says so, and both routes answer', async () => {
  await using app = await serveApp()
  expect(app.output()).toContain('Answers are simulated')
  for (const path of ['/', '/guide']) {
    const chat = await open(app.url + path)
    await chat.ask(question)
    await chat.reach('The answer is complete.')
    expect(await chat.answer.getByText('Simulated', { exact: true }).count()).toBe(1)
    await chat.page.close()
  }
})
