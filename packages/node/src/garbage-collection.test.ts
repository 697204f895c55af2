import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type AnalysisStream,
  createHandler,
  decodeEventStream,
  fromReadableStream,
  fromResponse,
  memoryStore,
  toNodeHandler,
  toNodeReadable,
  VecTrade,
} from './index.ts'
import { collectGarbage } from './test-support/collect-garbage.ts'
import { serve, type WebServer } from './test-support/web-server.ts'

const sent = 'data: {"type":"text","content":"a"}\n\ndata: {"type":"done"}\n\ndata: [DONE]\n\n'

// Node cancels the body of a response that is garbage, unless somebody has locked it.
let api: WebServer
let endpoint: WebServer
let client: VecTrade
beforeAll(async () => {
  api = await serve((req, res) => {
    req.resume()
    res.writeHead(200, { 'content-type': 'text/event-stream' })
    res.write(sent.slice(0, 10))
    setTimeout(() => res.end(sent.slice(10)), 20)
  })
  client = new VecTrade({ apiKey: 'vq_none_at_all', baseURL: `${api.url}v1` })
  endpoint = await serve(toNodeHandler(createHandler({ client, store: memoryStore() })))
})
afterAll(async () => {
  await endpoint[Symbol.asyncDispose]()
  await api[Symbol.asyncDispose]()
})

async function opened(stream: AnalysisStream): Promise<AnalysisStream> {
  await stream.response
  return stream
}

async function decoded(): Promise<() => Promise<string>> {
  const { body } = await fetch(api.url)
  const messages = decodeEventStream(body!)
  return async () => {
    let data = ''
    for await (const message of messages) data += message.data
    return data
  }
}

const textOf = (stream: AnalysisStream) => (): Promise<string> => stream.finalText()

test.for<[string, () => Promise<() => Promise<string>>]>([
  ["a client's stream", async () => textOf(await opened(client.ai.stream('p')))],
  [
    'a stream that an endpoint keeps',
    async () => {
      const page = new VecTrade({ endpoint: endpoint.url })
      return textOf(await opened(page.ai.stream('p')))
    },
  ],
  ['fromResponse', async () => textOf(await opened(fromResponse(await fetch(api.url))))],
  ['fromReadableStream', async () => textOf(fromReadableStream((await fetch(api.url)).body!))],
  ['decodeEventStream', decoded],
  [
    'toResponse',
    async () => {
      const response = (await opened(client.ai.stream('p'))).toResponse()
      return async () => fromResponse(response).finalText()
    },
  ],
  [
    'toNodeReadable',
    async () => {
      const readable = toNodeReadable(await opened(client.ai.stream('p')))
      return async () => (await readable.toArray()).join('')
    },
  ],
])('%s that is read late is whole', async ([, open]) => {
  const read = await open()
  await collectGarbage()
  expect(await read()).toContain('a')
})
