import process from 'node:process'
import { type Fault, type Sandbox, startSandbox } from '@vectrade/sandbox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type StreamEvent, VecTrade } from '../index.ts'
import { collectGarbage } from '../test-support/collect-garbage.ts'
import { runProgram } from '../test-support/run-program.ts'
import { clientOf, errorOf, prompt } from '../test-support/sandbox-client.ts'
import { serve } from '@vectrade/test-kit/web-server'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox({ heartbeat: 0, maxRequests: 10 })
})
afterAll(() => sandbox.close())

test('10,000 streams on one signal leave no memory, listeners or warnings', async () => {
  let requests = 0
  await using server = await serve((req, res) => {
    requests += 1
    req.resume()
    res.writeHead(200, { 'content-type': 'text/event-stream' })
    res.write('data: {"type":"text","content":"a"}\n\n')
    res.end('data: {"type":"text","content":"b"}\n\ndata: [DONE]\n\n')
  })
  const file = new URL('../test-support/programs/many-streams.ts', import.meta.url)
  const environment = { SERVER_URL: `${server.url}v1`, STREAMS: '10000' }
  const { code, stdout, stderr } = await runProgram(file, environment, ['--expose-gc'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const result = JSON.parse(stdout) as { growth: number }
  expect(result).toMatchObject({ gc: true, listeners: 0, aborted: false, warnings: [] })
  // If 200 bytes of each stream were kept, it would be more.
  expect(result.growth).toBeLessThan(2_000_000)
  expect(requests).toBeGreaterThan(11_000)
}, 130_000)

test('a stream that is being read keeps no copy of its prompt', async () => {
  // Node's own fetch would keep what it has sent.
  const fetch = async (): Promise<Response> =>
    new Response(
      new ReadableStream({
        start: (controller) =>
          controller.enqueue(new TextEncoder().encode('data: {"type":"text","content":"a"}\n\n')),
      }),
      { headers: { 'content-type': 'text/event-stream' } },
    )
  using client = new VecTrade({ apiKey: 'vq_none_at_all', fetch })
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

/** Returns the number of open sockets in this process, which has both ends of each connection. */
function openSockets(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length
}

test.for<[string, Fault]>([
  ['400', { status: 400, body: 'endless' }],
  ['401', { status: 401, body: 'html' }],
  ['200 and a wrong content type', { status: 200, body: 'endless' }],
  ['302 without a location', { status: 302, location: 'none' }],
])('500 calls that are refused with %s leave no socket open', async ([, fault]) => {
  const client = clientOf(sandbox, fault)
  const call = async (): Promise<void> => {
    await errorOf(client.ai.stream(prompt).finalText())
  }
  await Promise.all(Array.from({ length: 10 }, call))
  const before = openSockets()
  let most = 0
  for (let round = 0; round < 50; round += 1) {
    await Promise.all(Array.from({ length: 10 }, call))
    most = Math.max(most, openSockets())
  }
  // Two ends of ten connections, and as many again that are about to close.
  expect(most).toBeLessThanOrEqual(before + 40)
  await expect.poll(openSockets, { timeout: 1_000, interval: 20 }).toBeLessThanOrEqual(before + 20)
})
