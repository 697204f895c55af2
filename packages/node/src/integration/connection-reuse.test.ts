import { startSandbox } from '@vectrade/sandbox'
import { serve } from '@vectrade/test-kit/web-server'
import { expect, test } from 'vitest'
import { errorOf } from '@vectrade/test-kit/error-of'
import { clientOf, prompt } from '../test-support/sandbox-client.ts'

test('an answer leaves its connection to the next call, even if its last bytes arrive late', async () => {
  const ports = new Set<number | undefined>()
  let requests = 0
  await using server = await serve((req, res) => {
    requests += 1
    ports.add(req.socket.remotePort)
    req.resume()
    res.writeHead(200, { 'content-type': 'text/event-stream' })
    res.write('data: {"type":"text","content":"a"}\n\ndata: {"type":"done"}\n\ndata: [DONE]\n\n')
    // The client has read the end of the answer by then, but not the end of the response.
    setImmediate(() => setImmediate(() => setImmediate(() => res.end())))
  })
  const client = clientOf({ url: `${server.url}v1`, apiKey: 'vq_none_at_all' })
  for (let at = 0; at < 30; at += 1) {
    if (at % 3 === 0) await client.ai.stream(prompt).finalText()
    else if (at % 3 === 1) await Array.fromAsync(client.ai.stream(prompt).textStream)
    else {
      for await (const event of client.ai.stream(prompt)) if (event.type === 'done') break
    }
  }
  expect(requests).toBe(30)
  // Node's fetch may open another connection before the first one is free again.
  expect(ports.size).toBeLessThanOrEqual(3)
})

test('an error leaves its connection to the next call', async () => {
  await using sandbox = await startSandbox()
  for (let at = 0; at < 20; at += 1) {
    await errorOf(clientOf(sandbox, { status: 401 }).ai.stream(prompt).response)
  }
  const ports = new Set(sandbox.requests.map(({ remotePort }) => remotePort))
  expect(ports.size).toBeLessThanOrEqual(3)
})
