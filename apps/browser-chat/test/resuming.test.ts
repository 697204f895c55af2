import { createHandler, memoryStore } from '@vectrade/node'
import { expectWithinASecond, lastRequest } from '@vectrade/test-kit'
import { expect, test } from 'vitest'
import { Chat, useBrowser } from './support/chat-browser.ts'
import { servePage, servePageWithEvents, servePageWithSandbox } from './support/serve-page.ts'

const open = useBrowser()
const question = "What's the bull case for NVDA?"

/** Opens the same address in another tab. */
async function follow({ page, complaints }: Chat): Promise<Chat> {
  await page.waitForURL(/#stream=[\w-]{22}$/)
  const other = await page.context().newPage()
  await other.goto(page.url())
  return new Chat({ page: other, complaints })
}

/** Returns the parts of an answer that must not depend on how it was read. */
async function shown(chat: Chat): Promise<string[]> {
  await chat.reach('complete')
  return [await chat.answer.innerHTML(), await chat.turn.locator('[data-part=sources]').innerHTML()]
}

test('a reload and another tab show the same answer, and VecTrade is asked once', async () => {
  // The answer takes 16 s, so that it is still running after the reload, also on a busy machine.
  await using server = await servePageWithSandbox({ tokensPerSecond: 10 })
  const chat = await open(server.url)
  await chat.ask(question)
  await chat.answer.getByText('The question is about').waitFor()
  const other = await follow(chat)
  await other.answer.getByText('The question is about').waitFor()
  await chat.page.reload()
  await chat.answer.getByText('The question is about').waitFor()
  expect(await chat.turn.getByRole('heading', { level: 2 }).textContent()).toBe(question)
  expect(await other.turn.getByRole('heading', { level: 2 }).textContent()).toBe(
    'Asked in another tab',
  )
  const answers = [await shown(chat), await shown(other)]
  expect(server.sandbox.requests).toHaveLength(1)

  await chat.ask(question)
  answers.push(await shown(chat))
  expect(new Set(answers.map((answer) => answer.join())).size).toBe(1)
  expect(server.sandbox.requests).toHaveLength(2)
  // A tab that came later does not know how long the answer took.
  expect(await other.turn.locator('[data-part=facts]').textContent()).not.toMatch(/First/)
})

test('the answer continues without its page, and is not asked again once it is finished', async () => {
  await using server = await servePageWithSandbox({ tokensPerSecond: 200 })
  const chat = await open(server.url)
  await chat.ask(question)
  await chat.page.waitForURL(/#stream=/)
  const address = chat.page.url()
  await chat.page.goto('about:blank')
  await expect.poll(() => lastRequest(server.sandbox).closed).toBe('finished')
  await chat.page.goto(address)
  await chat.reach('complete')
  expect(chat.page.url()).toBe(server.url)
  await chat.page.reload()
  expect(await chat.page.getByRole('article').count()).toBe(0)
  expect(server.sandbox.requests).toHaveLength(1)
})

test('Stop in one tab ends the answer in every tab', async () => {
  // Left alone, the answer would take half a minute.
  await using server = await servePageWithSandbox({ tokensPerSecond: 5 })
  const chat = await open(server.url)
  await chat.ask(question)
  const other = await follow(chat)
  await other.answer.getByText('The question is about').waitFor()
  await other.button('Stop').click()
  await expectWithinASecond(() => lastRequest(server.sandbox).closed === 'client')
  await other.reach('stopped')
  await chat.reach('stopped')
  await chat.button('Ask again').click()
  await chat.reach('streaming')
  expect(await chat.turn.getByRole('heading', { level: 2 }).textContent()).toBe(question)
})

test('a reader who was signed out resumes the answer after signing in, even if Escape was pressed', async () => {
  const rest = Promise.withResolvers<void>()
  let asked = 0
  let isSignedIn = true
  await using server = await servePage(
    createHandler({
      source: async function* () {
        asked += 1
        yield { type: 'text', content: 'Yes' }
        await rest.promise
      },
      store: memoryStore(),
      authorize: () => isSignedIn,
    }),
  )
  const chat = await open(server.url)
  await chat.ask(question)
  await chat.answer.getByText('Yes').waitFor()
  isSignedIn = false
  await chat.page.reload()
  await chat.reach('failed')
  await chat.page.keyboard.press('Escape')
  isSignedIn = true
  await chat.page.reload()
  await chat.answer.getByText('Yes').waitFor()
  rest.resolve()
  await chat.reach('complete')
  expect(asked).toBe(1)
})

test('a question whose answer is no longer stored can be asked again', async () => {
  await using server = await servePageWithSandbox()
  const id = 'abcdefghijklmnopqrstuv'
  const chat = await open(server.url)
  const item = JSON.stringify({ id, request: 'NVDA?' })
  await chat.page.evaluate(`history.replaceState({ item: '${item}' }, '', '#stream=${id}')`)
  await chat.page.reload()
  await chat.reach('failed')
  expect(await chat.turn.locator('[data-part=problem]').innerText()).toMatch(
    /^This answer is no longer stored\nAsk again for a new one\./,
  )
  await chat.button('Try again').click()
  await chat.reach('complete')
  expect(server.sandbox.requests.map(({ body }) => body)).toEqual([
    { prompt: 'NVDA?', stream: true },
  ])
})

test('a question that this tab does not know cannot be asked again', async () => {
  await using server = await servePageWithSandbox()
  const chat = await open(`${server.url}#stream=abcdefghijklmnopqrstuv`)
  await chat.reach('failed')
  expect(await chat.button('Try again').isVisible()).toBe(false)
  expect(await chat.prompt.inputValue()).toBe('')
  expect(server.sandbox.requests).toEqual([])
})

test('without a store, the address does not change', async () => {
  const rest = Promise.withResolvers<void>()
  await using server = await servePageWithEvents(async function* () {
    yield { type: 'text', content: 'Yes.' }
    await rest.promise
    yield { type: 'done', content: '' }
  })
  const chat = await open(server.url)
  await chat.ask(question)
  await chat.answer.getByText('Yes.').waitFor()
  expect(chat.page.url()).toBe(server.url)
  rest.resolve()
  await chat.reach('complete')
})
