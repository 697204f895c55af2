import { createHandler, toNodeHandler, VecTrade } from '@vectrade/node'
import { type Sandbox, startSandbox } from '@vectrade/sandbox'
import { lastRequest } from '@vectrade/test-kit'
import { serve } from '@vectrade/test-kit/web-server'
import {
  convertToModelMessages,
  createUIMessageStreamResponse,
  DefaultChatTransport,
  readUIMessageStream,
  streamText,
  toUIMessageStream,
  type UIMessage,
} from 'ai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createVecTrade } from '../create-vectrade.ts'
import { toUIMessageStreamResponse } from '../to-ui-message-stream-response.ts'

let sandbox: Sandbox
let client: VecTrade
beforeAll(async () => {
  sandbox = await startSandbox({ tokensPerSecond: 200 })
  client = new VecTrade({ baseURL: sandbox.url, apiKey: sandbox.apiKey })
})
afterAll(() => sandbox.close())

const question: UIMessage = {
  id: '1',
  role: 'user',
  parts: [{ type: 'text', text: "What's the bull case for NVDA?" }],
}

type Respond = (messages: UIMessage[], signal: AbortSignal) => Promise<Response>

/** The two ways from VecTrade to `useChat`. */
const ways: Readonly<Record<string, Respond>> = {
  'a model of VecTrade': async (messages, abortSignal) => {
    const model = createVecTrade({ client })('analyst')
    const result = streamText({
      model,
      messages: await convertToModelMessages(messages),
      abortSignal,
    })
    const stream = toUIMessageStream({ stream: result.stream, sendSources: true })
    return createUIMessageStreamResponse({ stream })
  },
  toUIMessageStreamResponse: async (messages, signal) => {
    const part = messages.at(-1)?.parts.at(-1)
    const prompt = part?.type === 'text' ? part.text : ''
    return toUIMessageStreamResponse(client.ai.stream(prompt, { signal }))
  },
}

describe.each(Object.entries(ways))('%s', (_, respond) => {
  /** Serves the page's route, and returns what `useChat` asks it with. */
  const startRoute = async () => {
    const server = await serve(
      toNodeHandler(async (request) => {
        const { messages } = (await request.json()) as { messages: UIMessage[] }
        return respond(messages, request.signal)
      }),
    )
    const transport = new DefaultChatTransport({ api: server.url })
    const send = (abortSignal?: AbortSignal) =>
      transport.sendMessages({
        trigger: 'submit-message',
        chatId: 'c',
        messageId: undefined,
        messages: [question],
        abortSignal,
      })
    return { send, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
  }

  test('gives a page a message with text and sources', async () => {
    await using route = await startRoute()
    const stream = await route.send()
    const messages = await Array.fromAsync(readUIMessageStream({ stream }))
    const { role, parts = [] } = messages.at(-1) ?? {}
    expect(role).toBe('assistant')
    // The text grew from message to message.
    expect(messages.length).toBeGreaterThan(10)
    const text = parts.filter((part) => part.type === 'text').map((part) => part.text)
    expect(text).toEqual([await client.ai.stream("What's the bull case for NVDA?").finalText()])
    const source = parts.find((part) => part.type === 'source-url')
    expect(source).toMatchObject({
      title: expect.any(String),
      url: expect.stringMatching(/^http/),
    })
  })

  test('ends the request to VecTrade if the page stops', async () => {
    await using route = await startRoute()
    const controller = new AbortController()
    const reader = (await route.send(controller.signal)).getReader()
    for (;;) {
      const { value } = await reader.read()
      if (value?.type === 'text-delta') break
    }
    controller.abort()
    await expect.poll(() => lastRequest(sandbox).closed).toBe('client')
  })
})

test('an endpoint of this SDK can stand between: its events are those of VecTrade', async () => {
  const handler = createHandler({ client })
  await using endpoint = await serve(toNodeHandler(handler))
  const page = new VecTrade({ endpoint: endpoint.url })
  const result = streamText({ model: createVecTrade({ client: page })('analyst'), prompt: 'NVDA?' })
  expect(await result.text).toContain('NVDA')
})
