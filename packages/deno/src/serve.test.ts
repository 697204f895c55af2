import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { type Fault, formatFault, startSandbox } from '@vectrade/sandbox'
import { lastRequest } from '@vectrade/test-kit/last-request'
import { steady } from '@vectrade/test-kit/steady'
import { expectWithinASecond } from '@vectrade/test-kit/within-a-second'
import { expect, onTestFinished, test } from 'vitest'
import { access, fromSources, type RunningDeno, startDeno } from './test-support/deno.ts'

const allowed = ['--allow-env=VECTRADE_API_KEY,VECTRADE_BASE_URL', '--allow-net=127.0.0.1']

/** Returns the port that the program prints when it listens. */
async function listening({ stdout }: RunningDeno): Promise<number> {
  const [line] = (await once(createInterface(stdout), 'line')) as [string]
  return Number(line)
}

test.for<[string, Fault, { read?: boolean; how?: 'reset' }]>([
  ['closes while events flow', { tokensPerSecond: 50 }, {}],
  ['resets while events flow', { tokensPerSecond: 50 }, { how: 'reset' }],
  ['closes while no event arrives', { stallAfterEvents: 3 }, {}],
  ['resets while no event arrives', { stallAfterEvents: 3 }, { how: 'reset' }],
  ['closes before the response headers', { hang: true }, {}],
  ['resets before the response headers', { hang: true }, { how: 'reset' }],
  [
    'closes without having read the response',
    { events: 1_000_000, chunkBytes: 100_000 },
    { read: false },
  ],
  [
    'resets without having read the response',
    { events: 1_000_000, chunkBytes: 100_000 },
    { read: false, how: 'reset' },
  ],
])(
  'a connection that the caller %s ends the request to VecTrade',
  async ([, fault, { read = true, how }]) => {
    await using sandbox = await startSandbox({ heartbeat: 0 })
    const server = startDeno(
      ['run', fromSources, ...allowed, 'test/endpoint.ts', formatFault(fault)],
      {
        env: access(sandbox),
      },
    )
    onTestFinished(() => void server.kill())
    const socket = connect(await listening(server), '127.0.0.1')
    socket.on('error', () => {})
    if (read) socket.resume()
    const body = JSON.stringify({ prompt: 'Bull case for NVDA?' })
    socket.write(
      `POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    )

    await expect.poll(() => sandbox.requests.length).toBe(1)
    const request = lastRequest(sandbox)
    if (!fault.hang) await expect.poll(() => request.eventsSent).toBeGreaterThanOrEqual(3)
    // The buffers between the sandbox and the caller are full when no more events are sent.
    if (!read) await steady(() => request.eventsSent)
    expect(request.closed).toBeUndefined()
    if (how === 'reset') socket.resetAndDestroy()
    else socket.destroy()
    await expectWithinASecond(() => request.closed === 'client')
    expect(server.exitCode).toBeNull()
  },
)
