import { createHandler, toResponse, VecTrade } from '@vectrade/node'
import { expectWithinASecond, lastRequest } from '@vectrade/test-kit'
import { describe, expect, test } from 'vitest'
import { type Chat, useBrowser } from './support/chat-browser.ts'
import { servePage, servePageWithEvents, servePageWithSandbox } from './support/serve-page.ts'

const open = useBrowser()
const question = "What's the bull case for NVDA?"

async function problemOf(chat: Chat): Promise<string> {
  await chat.reach('failed')
  return await chat.turn.locator('[data-part=problem]').innerText()
}

describe('stopping', () => {
  test.each([
    ['with the button', (chat: Chat) => chat.button('Stop').click()],
    ['with Escape', (chat: Chat) => chat.page.keyboard.press('Escape')],
  ])('%s keeps what had arrived and ends the request', async (_, stop) => {
    await using server = await servePageWithSandbox({ tokensPerSecond: 40 })
    const chat = await open(server.url)
    await chat.ask(question)
    await chat.answer.getByText('The question is about').waitFor()
    await stop(chat)
    await expectWithinASecond(() => lastRequest(server.sandbox).closed === 'client')
    await chat.reach('stopped')
    expect(await chat.answer.innerText()).toMatch(/^The bull case: NVDA\n[^]*The question is about/)
    expect(await chat.turn.locator('.end').innerText()).toMatch(/^Stopped\s/)

    await chat.button('Ask again').click()
    await chat.reach('streaming')
    expect(await chat.turn.getByRole('heading', { level: 2 }).textContent()).toBe(question)
    expect(await chat.button('Ask again').count()).toBe(0)
  })

  test('is not what the second click of a double click on Ask does', async () => {
    await using server = await servePageWithSandbox({ tokensPerSecond: 40 })
    const chat = await open(server.url)
    await chat.prompt.fill(question)
    await chat.button('Ask').dblclick()
    await chat.answer.getByText('The question is about').waitFor()
    expect(await chat.turn.getAttribute('data-status')).toBe('streaming')
  })

  test('in the middle of a word shows no marks of Markdown', async () => {
    await using server = await servePageWithEvents(async function* () {
      yield { type: 'text', content: 'Strong **pricing' }
      await new Promise(() => {})
    })
    const chat = await open(server.url)
    await chat.ask(question)
    await chat.answer.getByText('pricing').waitFor()
    await chat.prompt.dispatchEvent('keydown', { key: 'Escape', isComposing: true })
    await chat.prompt.fill('The next question')
    await chat.prompt.press('Enter')
    expect(await chat.turn.getAttribute('data-status')).toBe('streaming')
    expect(await chat.prompt.inputValue()).toBe('The next question')
    await chat.prompt.press('Escape')
    await chat.reach('stopped')
    expect(await chat.answer.innerHTML()).toContain('Strong <strong>pricing</strong>')
  })

  test('and asking at once again leaves the new answer its Stop button', async () => {
    const held = Promise.withResolvers<void>()
    let asked = 0
    await using server = await servePage(async () => {
      asked += 1
      if (asked === 1) await held.promise
      return toResponse(
        (async function* () {
          yield { type: 'text', content: 'Half' } as const
          await held.promise
        })(),
      )
    })
    const chat = await open(server.url)
    await chat.ask(question)
    await expect.poll(() => asked).toBe(1)
    await chat.prompt.press('Escape')
    await chat.ask('The next question')
    await chat.answer.getByText('Half').waitFor()
    // The end of the first answer comes up to 500 ms after its stop.
    await chat.page.waitForTimeout(1_000)
    const isVisible = await chat.button('Stop').isVisible()
    held.resolve()
    expect(isVisible).toBe(true)
  })

  test('before the first word', async () => {
    await using server = await servePageWithSandbox({ faults: { hang: true } })
    const chat = await open(server.url)
    await chat.ask(question)
    await expect.poll(() => server.sandbox.requests.length).toBe(1)
    await chat.button('Stop').click()
    await chat.reach('stopped')
    await expectWithinASecond(() => lastRequest(server.sandbox).closed === 'client')
    expect(await chat.answer.innerText()).toBe('')
    expect(await chat.button('Copy').isVisible()).toBe(false)
  })
})

describe('a failure', () => {
  test('in the middle keeps what had arrived, and asking again works', async () => {
    await using server = await servePageWithSandbox({}, [{ errorAfterEvents: 60 }])
    const chat = await open(server.url)
    await chat.ask(question)
    expect(await problemOf(chat)).toMatch(
      /^The analysis failed\nThe answer above is not complete\. [^]*Request req_[^]*Try again$/,
    )
    const kept = await chat.answer.innerText()
    expect(kept).toMatch(/^The bull case: NVDA\n/)

    await chat.button('Try again').click()
    await chat.reach('complete')
    const answers = await chat.page.locator('[data-part=answer]').allInnerTexts()
    expect(answers).toHaveLength(2)
    expect(answers[0]).toBe(kept)
    expect(answers[1]).toContain('made up')
    expect(await chat.button('Try again').isVisible()).toBe(false)
  })

  test('of the connection to VecTrade keeps what had arrived', async () => {
    await using server = await servePageWithSandbox({}, [{ cutAfterEvents: 40, cut: 'rst' }])
    const chat = await open(server.url)
    await chat.ask(question)
    expect(await problemOf(chat)).toMatch(/^The analysis failed\nThe answer above is not /)
    expect(await chat.answer.innerText()).toMatch(/^The bull case: NVDA\n/)
  })

  test('of the connection to the endpoint is named as such', async () => {
    await using server = await servePage(() => {
      const bytes = new TextEncoder().encode('data: {"type":"text","content":"Half"}\n\n')
      const body = new ReadableStream({
        start: (controller) => {
          controller.enqueue(bytes)
          controller.close()
        },
      })
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
    })
    const chat = await open(server.url)
    await chat.ask(question)
    expect(await problemOf(chat)).toMatch(/^The connection broke off\nThe answer above is not /)
    expect(await chat.answer.innerText()).toBe('Half')
  })

  test('caused by too many questions counts down to the next try', async () => {
    await using server = await servePageWithSandbox({}, [{ status: 429, retryAfter: 6 }])
    const chat = await open(server.url)
    await chat.ask(question)
    expect(await problemOf(chat)).toMatch(
      /^Too many questions at once\nThe limit resets by itself\.\n[^]*Try again in [1-6] s$/,
    )
    const retry = chat.button(/^Try again/)
    expect(await retry.getAttribute('aria-disabled')).toBe('true')
    await retry.dispatchEvent('click')
    expect(await chat.page.getByRole('article').count()).toBe(1)

    await chat.button('Try again').waitFor()
    expect(await chat.page.getByRole('status').textContent()).toContain('You can try again now.')
    await chat.button('Try again').click()
    await chat.reach('complete')
    expect(server.sandbox.requests).toHaveLength(2)
  })

  test('caused by a missing sign-in says so', async () => {
    const client = new VecTrade({ apiKey: 'vq_not_used_here' })
    await using server = await servePage(createHandler({ client, authorize: () => false }))
    const chat = await open(server.url)
    await chat.ask(question)
    expect(await problemOf(chat)).toBe('You are signed out\nSign in, then try again.\n\nTry again')
  })

  test('caused by being offline says so, and asking again works once there is a network', async () => {
    await using server = await servePageWithSandbox()
    const chat = await open(server.url)
    await chat.page.context().setOffline(true)
    await chat.ask(question)
    expect(await problemOf(chat)).toMatch(/^You are offline\n/)
    await chat.page.context().setOffline(false)
    await chat.button('Try again').click()
    await chat.reach('complete')
  })

  test('that a retry cannot mend offers no retry, and puts the question back to be changed', async () => {
    await using server = await servePageWithSandbox({}, [{ status: 422 }])
    const chat = await open(server.url)
    await chat.ask(question)
    expect(await problemOf(chat)).toMatch(/^This question was not accepted\n/)
    expect(await chat.button(/^Try again/).isVisible()).toBe(false)
    await expect.poll(() => chat.prompt.inputValue()).toBe(question)
  })

  test('of an answer without text is named as such', async () => {
    await using server = await servePageWithEvents(async function* () {
      yield { type: 'done', content: '' }
    })
    const chat = await open(server.url)
    await chat.ask(question)
    await chat.reach('complete')
    expect((await chat.turn.locator('.end').innerText()).trim()).toBe('The answer has no text')
  })
})

test('a question that is too long is neither shortened nor sent', async () => {
  await using server = await servePageWithSandbox()
  const chat = await open(server.url)
  const length = chat.page.locator('#length')
  await chat.prompt.fill('x'.repeat(8_999))
  expect(await length.isVisible()).toBe(false)
  await chat.prompt.fill('x'.repeat(9_000))
  expect(await length.textContent()).toBe('9,000 of 10,000 characters')
  await chat.ask('x'.repeat(12_016))
  const words = 'The question has 12,016 characters: shorten it to 10,000.'
  expect(await length.textContent()).toBe(words)
  expect(await chat.page.getByRole('status').textContent()).toBe(words)
  expect(await chat.prompt.inputValue()).toHaveLength(12_016)
  expect(await chat.page.getByRole('article').count()).toBe(0)
  await chat.ask('x'.repeat(10_000))
  await chat.reach('complete')
  expect(await length.isVisible()).toBe(false)
})
