import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type Fault, formatFault, type Sandbox, startSandbox } from '@vectrade/sandbox'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { delay } from '@vectrade/test-kit/delay'
import { lastRequest } from '@vectrade/test-kit/last-request'
import { steady } from '@vectrade/test-kit/steady'
import { expectWithinASecond } from '@vectrade/test-kit/within-a-second'
import { closingWorker, testWorker } from '../test-support/bundle.ts'
import { type Running, startEdgeVm, workerd } from '../test-support/runtimes.ts'
import { access, post, prompt, readUntil } from '../test-support/sandbox-worker.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox({ heartbeat: 0 })
})
afterAll(() => sandbox.close())

const expectStopWithinASecond = async (): Promise<void> => {
  const request = lastRequest(sandbox)
  await expectWithinASecond(() => request.closed !== undefined)
  expect(request.closed).toBe('client')
}

/** Waits until the sandbox has sent this many events of an answer that has not ended. */
const sent = async (events: number): Promise<void> => {
  await expect.poll(() => sandbox.requests.at(-1)?.eventsSent ?? -1).toBeGreaterThanOrEqual(events)
  expect(lastRequest(sandbox).closed).toBeUndefined()
}

describe('workerd: the request to VecTrade ends when the caller disconnects', () => {
  const heartbeat = 250
  let worker: Running
  let socket: Socket
  beforeAll(async () => {
    worker = await workerd()(testWorker, { ...access(sandbox), HEARTBEAT: String(heartbeat) })
  })
  afterAll(() => worker[Symbol.asyncDispose]())

  const ask = async (path: string, fault: Fault, { read = true } = {}): Promise<void> => {
    const asked = sandbox.requests.length
    socket = connect(worker.port ?? 0, '127.0.0.1')
    socket.on('error', () => {})
    if (read) socket.resume()
    await once(socket, 'connect')
    const body = JSON.stringify({ prompt })
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: localhost:${worker.port}\r\nconnection: close\r\n` +
        `x-sandbox-fault: ${formatFault(fault)}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    )
    await expect.poll(() => sandbox.requests.length).toBeGreaterThan(asked)
  }

  describe.for(['/relay', '/handler'])('%s', (path) => {
    test.for(['close', 'reset'])('by a %s while events flow', async (how) => {
      await ask(path, { tokensPerSecond: 50 })
      await sent(5)
      if (how === 'reset') socket.resetAndDestroy()
      else socket.destroy()
      await expectStopWithinASecond()
    })

    test('by a reset while no event arrives', async () => {
      await ask(path, { stallAfterEvents: 3 })
      await sent(3)
      await delay(50)
      socket.resetAndDestroy()
      await expectStopWithinASecond()
    })

    test('by a reset before the response headers', async () => {
      await ask(path, { hang: true })
      await delay(50)
      socket.resetAndDestroy()
      await expectStopWithinASecond()
    })

    test.for(['close', 'reset'])('by a %s without having read the response', async (how) => {
      await ask(path, { events: 1_000_000, chunkBytes: 100_000 }, { read: false })
      await sent(1)
      await sent(await steady(() => lastRequest(sandbox).eventsSent))
      if (how === 'reset') socket.resetAndDestroy()
      else socket.destroy()
      await expectStopWithinASecond()
    })
  })

  // A FIN may close only one side of the connection. workerd notices the disconnect with its next write.
  test.for(['/relay', '/handler'])(
    'by a close while no event arrives, at the next heartbeat, %s',
    async (path) => {
      await ask(path, { stallAfterEvents: 3 })
      await sent(3)
      await delay(50)
      socket.destroy()
      await expectStopWithinASecond()
    },
  )

  test('while a worker has not answered yet', async () => {
    await ask('/text', { stallAfterEvents: 3 })
    await sent(3)
    socket.resetAndDestroy()
    await expectStopWithinASecond()
  })
})

// When the caller has disconnected, workerd ends the work of the request. JavaScript only sees the signal.
test('workerd with enable_request_signal: the VecTrade client does not keep the stream of a caller that has disconnected', async () => {
  const slow = await startSandbox({ tokensPerSecond: 20 })
  await using worker = await workerd('enable_request_signal')(closingWorker, access(slow))
  const disconnect = new AbortController()
  const response = await post(worker, '/', {}, { signal: disconnect.signal })
  expect(response.status).toBe(200)
  disconnect.abort()
  await expectWithinASecond(() => lastRequest(slow).closed === 'client')
  const closed = await worker.fetch('/close')
  expect(await closed.text()).toBe('closed')
  await slow.close()
})

describe('the edge runtime: the request to VecTrade ends when the body is cancelled', () => {
  let worker: Running
  beforeAll(async () => {
    worker = await startEdgeVm(testWorker, access(sandbox))
  })

  describe.for(['/relay', '/handler'])('%s', (path) => {
    test.for([{ tokensPerSecond: 50 }, { stallAfterEvents: 3 }, { events: 1_000_000 }])(
      'with %o',
      async (fault) => {
        const response = await post(worker, path, fault)
        const reader = response.body!.getReader()
        await readUntil(reader, (got) => got.includes('"type":"text"'))
        expect(lastRequest(sandbox).closed).toBeUndefined()
        await reader.cancel()
        await expectStopWithinASecond()
      },
    )
  })

  test('before the response headers', async () => {
    const asked = sandbox.requests.length
    const response = await post(worker, '/relay', { hang: true })
    const reader = response.body!.getReader()
    const reading = reader.read()
    await expect.poll(() => sandbox.requests.length).toBeGreaterThan(asked)
    await reader.cancel()
    await expectStopWithinASecond()
    expect(await reading).toEqual({ done: true, value: undefined })
  })
})
