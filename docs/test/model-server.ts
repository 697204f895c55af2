import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

/**
 * A server for the snippets that ask a model: it answers like one of OpenAI, always the same. If it has the tool
 * `analysis`, it calls that first.
 */
export interface ModelServer extends AsyncDisposable {
  /** What snippets find in the environment variable `MODEL_URL`. */
  readonly url: string
}

const chunks = [
  { delta: { role: 'assistant', reasoning_content: 'Let me think.' } },
  { delta: { content: 'The bull case ' } },
  { delta: { content: 'is demand.' } },
  { delta: {}, finish_reason: 'stop' },
]

const call = { name: 'analysis', arguments: JSON.stringify({ prompt: 'Why NVDA?' }) }
const callChunks = [
  { delta: { tool_calls: [{ index: 0, id: '1', type: 'function', function: call }] } },
  { delta: {}, finish_reason: 'tool_calls' },
]

interface Asked {
  messages: { role: string }[]
  tools?: { function: { name: string } }[]
}

/** Starts the server. */
export async function startModelServer(): Promise<ModelServer> {
  const server = createServer(async (request, response) => {
    const { messages, tools = [] } = (await json(request)) as Asked
    const hasTool = tools.some((tool) => tool.function.name === call.name)
    const hasResult = messages.some(({ role }) => role === 'tool')
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const choice of hasTool && !hasResult ? callChunks : chunks) {
      response.write(`data: ${JSON.stringify({ model: 'llama3.2', choices: [choice] })}\n\n`)
    }
    response.end('data: [DONE]\n\n')
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
    },
  }
}
