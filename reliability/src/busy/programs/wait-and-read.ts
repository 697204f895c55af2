import process from 'node:process'
import { createHandler, memoryStore, VecTrade } from '@vectrade/core'

/**
 * Starts one call of each kind. Then it is busy or stopped for longer than their limits, while the rest of
 * each answer comes. Prints the outcome of each call.
 */
const [url = '', mode = ''] = process.argv.slice(2)
// Long enough for all calls to reach their waits on a busy machine.
const limit = 4000
const limits = { timeout: limit, idleTimeout: limit, heartbeatTimeout: limit, maxRetries: 1 }
const busyFor = 6000

const clientOf = (call: string): VecTrade =>
  new VecTrade({ apiKey: 'vq_reliability', baseURL: `${url}/${call}`, ...limits })
const finalText = (call: string, own: object): Promise<string> =>
  clientOf(call).ai.stream('p', own).finalText()

async function status(call: string): Promise<number> {
  const handler = createHandler({ client: clientOf(call), firstByteAfter: limit })
  const body = JSON.stringify({ prompt: 'p' })
  const headers = { 'content-type': 'application/json' }
  const request = new Request(`${url}/api`, { method: 'POST', body, headers })
  const response = await handler(request)
  await response.body?.cancel()
  return response.status
}

async function stored(call: string): Promise<string> {
  const client = new VecTrade({ apiKey: 'vq_reliability', baseURL: `${url}/${call}` })
  const handler = createHandler({ client, store: memoryStore({ lease: limit }) })
  const page = new VecTrade({
    endpoint: `${url}/api`,
    fetch: (address, init) => handler(new Request(address, init)),
  })
  const stream = page.ai.stream('p')
  await stream.response
  await stream.cancel()
  return page.ai.resume(stream.id ?? '').finalText()
}

const calls: Record<string, () => Promise<unknown>> = {
  headers: () => finalText('headers', { idleTimeout: 0, heartbeatTimeout: 0 }),
  idle: () => finalText('idle', { timeout: 0, heartbeatTimeout: 0 }),
  heartbeat: () => finalText('heartbeat', { timeout: 0, idleTimeout: 0 }),
  json: async () => (await clientOf('json').ai.analyze('p')).text,
  refused: () => finalText('refused', {}),
  resumed: () => new VecTrade({ endpoint: `${url}/resumed`, ...limits }).ai.stream('p').finalText(),
  handler: () => status('handler'),
  stored: () => stored('stored'),
}

function beBusy(): void {
  const end = performance.now() + busyFor
  while (performance.now() < end);
}

const outcomes: Record<string, unknown> = {}
const running = Object.entries(calls).map(async ([name, call]) => {
  try {
    outcomes[name] = await call()
  } catch (error) {
    outcomes[name] = String(error)
  }
})
// The server responds when all calls wait, and then sends the rest of their answers.
await (await fetch(`${url}/let-go`)).text()
if (mode === 'an I/O callback') beBusy()
else if (mode === 'setImmediate') setImmediate(beBusy)
else if (mode === 'a timer') setTimeout(beBusy, 0)
else process.stdout.write('ready\n')
await Promise.all(running)
process.stdout.write(`${JSON.stringify(outcomes)}\n`)
process.exit()
