import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { type Fault, formatFault, type SandboxRequest, startSandbox } from '@vectrade/sandbox'
import { delay, expectWithinASecond, lastRequest } from '@vectrade/test-kit/within-a-second'
import { expect, onTestFinished, test, vi } from 'vitest'
import { access, fromSources, type RunningDeno, startDeno } from './test-support/deno.ts'

const allowed = ['--allow-env=VECTRADE_API_KEY,VECTRADE_BASE_URL', '--allow-net=127.0.0.1']

const patiently = { timeout: 30_000, interval: 5 }

/** Resolves with the port that the program prints once it listens. */
async function listening({ stdout }: RunningDeno): Promise<number> {
  const [line] = (await once(createInterface(stdout), 'line')) as [string]
  return Number(line)
}

test.for<[string, Fault, { read?: boolean; how?: 'reset' }]>([
  ['closes while events flow', { tokensPerSecond: 50 }, {}],
  ['resets while events flow', { tokensPerSecond: 50 }, { how: 'reset' }],
  ['closes while nothing comes', { stallAfterEvents: 3 }, {}],
  ['resets while nothing comes', { stallAfterEvents: 3 }, { how: 'reset' }],
  ['closes before there are headers', { hang: true }, {}],
  ['resets before there are headers', { hang: true }, { how: 'reset' }],
  ['closes without having read', { events: 1_000_000, chunkBytes: 100_000 }, { read: false }],
  [
    'resets without having read',
    { events: 1_000_000, chunkBytes: 100_000 },
    { read: false, how: 'reset' },
  ],
])('a caller that %s ends the request to VecTrade', async ([, fault, { read = true, how }]) => {
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

  await vi.waitUntil(() => sandbox.requests.length === 1, patiently)
  const request = lastRequest(sandbox)
  if (!fault.hang) await vi.waitUntil(() => request.eventsSent >= 3, patiently)
  if (!read) await filled(request)
  expect(request.closed).toBeUndefined()
  if (how === 'reset') socket.resetAndDestroy()
  else socket.destroy()
  await expectWithinASecond(() => request.closed === 'client')
  expect(server.exitCode).toBeNull()
})

/** Resolves once nothing fits in between any more. */
async function filled(request: SandboxRequest): Promise<void> {
  for (let before = -1; before !== request.eventsSent; await delay(100)) {
    before = request.eventsSent
  }
}
