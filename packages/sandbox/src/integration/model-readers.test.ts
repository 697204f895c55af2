import { sendChunks, sendEndlessly, textChunk } from '@vectrade/test-kit/model-server'
import { steady } from '@vectrade/test-kit/steady'
import { expectWithinASecond } from '@vectrade/test-kit/within-a-second'
import { expect, test } from 'vitest'
import { startModelSandbox } from '../test-support/model-sandbox.ts'
import { prompt, rawRequest } from '../test-support/raw-request.ts'

test('a reader that leaves a silent answer ends the request to the model', async () => {
  await using all = await startModelSandbox((response) => sendChunks(response, textChunk('Yes, ')))
  for await (const event of all.client.ai.stream(prompt)) {
    if (event.type === 'text') break
  }
  await expectWithinASecond(() => all.server.requests[0]?.isOver === true)
  expect(all.sandbox.requests[0]).toMatchObject({ closed: 'client', eventsSent: 2 })
})

test('the request to the model ends also when the sandbox waits for a slow reader', async () => {
  let sent = 0
  await using all = await startModelSandbox((response) =>
    sendEndlessly(response, (count) => (sent = count)),
  )
  const events = all.client.ai.stream(prompt)[Symbol.asyncIterator]()
  for (let read = 0; read < 5; read += 1) await events.next()
  // Each chunk has about 5 kB. What is sent ahead fills only the buffers of the connections.
  const ahead = await steady(() => sent)
  expect(ahead).toBeLessThan(5_000)
  for (let read = 0; read < 5; read += 1) await events.next()
  await events.return?.()
  await expectWithinASecond(() => all.server.requests[0]?.isOver === true)
})

test('a reader that goes on reading gets the rest', async () => {
  let more: (() => void) | undefined
  await using all = await startModelSandbox((response) => {
    sendChunks(response, textChunk('Yes, '))
    more = () => {
      sendChunks(response, textChunk('because.'), '[DONE]')
      response.end()
    }
  })
  const texts: string[] = []
  for await (const piece of all.client.ai.stream(prompt).textStream) {
    texts.push(piece)
    more?.()
    more = undefined
  }
  expect(texts).toEqual(['Yes, ', 'because.'])
})

test('the model answers on while one of two readers of a call leaves', async () => {
  let finish: (() => void) | undefined
  await using all = await startModelSandbox((response) => {
    sendChunks(response, textChunk('Yes, '))
    finish = () => {
      sendChunks(response, textChunk('because.'), '[DONE]')
      response.end()
    }
  })
  const headers = { 'idempotency-key': 'shared' }
  const stays = rawRequest(all.sandbox, { headers })
  const leaves = rawRequest(all.sandbox, { headers, until: (text) => text.includes('Yes, ') })
  await leaves
  await expect.poll(() => all.sandbox.requests.some(({ closed }) => closed === 'client')).toBe(true)
  expect(all.server.requests[0]?.isOver).toBe(false)
  finish?.()
  expect((await stays).body.toString()).toContain('because.')
  expect(all.server.requests).toHaveLength(1)
})

test('closing the sandbox ends the requests to the model', async () => {
  await using all = await startModelSandbox((response) => sendChunks(response, textChunk('Yes, ')))
  const cut = rawRequest(all.sandbox)
  await expect.poll(() => all.sandbox.requests[0]?.eventsSent).toBe(2)
  await all.sandbox.close()
  await cut
  await expectWithinASecond(() => all.server.requests[0]?.isOver === true)
  expect(all.sandbox.requests[0]?.closed).toBe('sandbox')
})
