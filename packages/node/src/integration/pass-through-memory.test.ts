import process from 'node:process'
import { expect, test } from 'vitest'
import { createHandler, memoryStore, type StreamStore, VecTrade } from '../index.ts'
import { collectGarbage } from '@vectrade/test-kit/collect-garbage'

const event = Buffer.from(`data: {"type":"text","content":"${'x'.repeat(1000)}"}\n\n`)
const eventCount = 20_000

test.for<[string, StreamStore | undefined]>([
  ['without a store', undefined],
  ['with a full store', memoryStore({ maxBytes: 10_000 })],
])('an endpoint %s keeps no event that it has passed on', async ([, store]) => {
  const handler = createHandler({ client: longAnswer(), store })
  const { body } = await handler(
    new Request('http://localhost/', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"prompt":"p"}',
    }),
  )
  const reader = body!.getReader()
  await reader.read()
  const before = await heapUsed()
  let bytes = 0
  while (bytes < (eventCount - 1000) * event.length) {
    bytes += (await reader.read()).value!.byteLength
  }
  expect(((await heapUsed()) - before) / bytes).toBeLessThan(0.2)
  await reader.cancel()
})

function longAnswer(): VecTrade {
  return new VecTrade({
    apiKey: 'vq_none_at_all',
    fetch: async () => {
      let sent = 0
      const body = new ReadableStream({
        pull(controller) {
          controller.enqueue(new Uint8Array(event))
          sent += 1
          if (sent === eventCount) controller.close()
        },
      })
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
    },
  })
}

async function heapUsed(): Promise<number> {
  await collectGarbage()
  return process.memoryUsage().heapUsed
}
