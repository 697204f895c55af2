import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { type StreamEvent, VecTrade, type VecTradeOptions } from '@vectrade/core'
import { serve } from '@vectrade/test-kit/web-server'
import { expect, test } from 'vitest'
import { collectGarbage } from '@vectrade/test-kit/collect-garbage'
import { runToEnd } from '../launch/child.ts'

test('10,000 streams on one signal leave no memory, listeners or warnings', async () => {
  let requests = 0
  await using server = await serve((req, res) => {
    requests += 1
    req.resume()
    res.writeHead(200, { 'content-type': 'text/event-stream' })
    res.write('data: {"type":"text","content":"a"}\n\n')
    res.end('data: {"type":"text","content":"b"}\n\ndata: [DONE]\n\n')
  })
  const flags = ['--conditions=@vectrade/source', '--disable-warning=ExperimentalWarning']
  const program = fileURLToPath(new URL('test-support/programs/many-streams.ts', import.meta.url))
  const environment = { SERVER_URL: `${server.url}v1`, STREAMS: '10000' }
  const { stdout, stderr } = await runToEnd(
    process.execPath,
    [...flags, '--expose-gc', program],
    environment,
  )
  expect(stderr).toBe('')
  const result = JSON.parse(stdout) as { growth: number }
  expect(result).toMatchObject({ gc: true, listeners: 0, aborted: false, warnings: [] })
  // If 200 bytes of each stream were kept, it would be more.
  expect(result.growth).toBeLessThan(2_000_000)
  expect(requests).toBeGreaterThan(11_000)
}, 300_000)

test.for<[string, VecTradeOptions]>([
  ['a stream', {}],
  ['a stored stream', { apiKey: undefined, endpoint: 'https://app.example/api' }],
  ['an observed stream', { instrumentation: { onCall: () => ({ onEnd: () => {} }) } }],
])('%s that is being read keeps no copy of its prompt', async ([, options]) => {
  // The global fetch would keep what it has sent.
  const fetch = async (): Promise<Response> =>
    new Response(
      new ReadableStream({
        start: (controller) =>
          controller.enqueue(new TextEncoder().encode('data: {"type":"text","content":"a"}\n\n')),
      }),
      { headers: { 'content-type': 'text/event-stream', 'x-vectrade-stream-id': 'a' } },
    )
  using client = new VecTrade({ apiKey: 'vq_none_at_all', fetch, ...options })
  const size = 2 ** 20
  const heap = async (): Promise<number> => {
    await collectGarbage()
    return process.memoryUsage().heapUsed
  }
  const open = async (at: number): Promise<AsyncIterator<StreamEvent>> => {
    const iterator = client.ai.stream(`${at}`.padEnd(size, 'long '))[Symbol.asyncIterator]()
    await iterator.next()
    return iterator
  }
  const held = [await open(0)]
  const before = await heap()
  for (let at = 1; at <= 20; at += 1) held.push(await open(at))
  expect((await heap()) - before).toBeLessThan(5 * size)
  expect(held).toHaveLength(21)
})
