import { once } from 'node:events'
import { connect } from 'node:net'
import {
  type AnalysisStream,
  type LiveFeed,
  type VecTrade,
  VecTradeError,
  type VecTradeOptions,
} from '@vectrade/core'

/** The tools of a program that runs streams. */
export interface World {
  /** Returns a client for the server's answers of this name. */
  client: (answers: string, options?: VecTradeOptions) => VecTrade
  signal: AbortSignal
  /** The port of a handler whose upstream's answers are endless. */
  handlerPort: number
}

/** A way in which one stream ends. */
export interface Ending {
  /** The number of simultaneous streams. It is high for endings that wait for a timer. */
  lanes: number
  one: (world: World) => Promise<unknown>
}

const quick = 8
const slow = 25
const prompt = 'A question'
const request = { symbols: ['NVDA'] }

export const endings: Readonly<Record<string, Ending>> = {
  complete: ending(quick, async ({ client, signal }) => {
    for await (const _ of client('complete').ai.stream(prompt, { signal }));
  }),
  '[DONE] on a kept socket': ending(slow, ({ client, signal }) =>
    client('kept').ai.stream(prompt, { signal }).finalText(),
  ),
  break: ending(quick, async ({ client, signal }) => {
    for await (const _ of client('endless').ai.stream(prompt, { signal })) break
  }),
  cancel: ending(quick, async (world) => await (await begun(world)).cancel()),
  abort: ending(quick, async ({ client }) => {
    const controller = new AbortController()
    const { signal } = controller
    const stream = client('endless').ai.stream(prompt, { signal })
    await stream.response
    controller.abort()
    await failure(stream.finalText())
  }),
  'error event': ending(quick, ({ client, signal }) =>
    failure(client('error').ai.stream(prompt, { signal }).finalText()),
  ),
  'HTTP error': ending(quick, ({ client, signal }) =>
    failure(client('refused').ai.stream(prompt, { signal }).finalText()),
  ),
  cut: ending(quick, ({ client, signal }) =>
    failure(client('cut').ai.stream(prompt, { signal }).finalText()),
  ),
  'headers time out': ending(slow, ({ client, signal }) =>
    failure(client('silent', { timeout: 20 }).ai.stream(prompt, { signal }).finalText()),
  ),
  idle: ending(slow, ({ client, signal }) =>
    failure(client('idle', { idleTimeout: 20 }).ai.stream(prompt, { signal }).finalText()),
  ),
  'dropped unread': ending(quick, ({ client, signal }) =>
    Promise.resolve(void client('endless').ai.stream(prompt, { signal })),
  ),
  'dropped open': ending(quick, begun),
  tee: ending(quick, async ({ client, signal }) => {
    const branches = client('complete').ai.stream(prompt, { signal }).tee()
    await Promise.all(branches.map((branch) => branch.finalText()))
  }),
  'toReadableStream cancelled': ending(quick, async ({ client, signal }) => {
    const reader = client('endless').ai.stream(prompt).toReadableStream({ signal }).getReader()
    await reader.read()
    await reader.cancel()
  }),
  'served to a leaver': ending(quick, ({ handlerPort }) => leave(handlerPort)),
  resumed: ending(slow, ({ client, signal }) =>
    client('resumed').ai.stream(prompt, { signal }).finalText(),
  ),
  'live: break': ending(quick, async ({ client, signal }) => {
    for await (const _ of client('live').live.subscribe(request, { signal })) break
  }),
  'live: close': ending(quick, async (world) => await (await followed(world)).close()),
  'live: abort': ending(quick, async (world) => {
    const controller = new AbortController()
    const feed = await followed({ ...world, signal: controller.signal })
    controller.abort()
    await feed.closed
  }),
  'live: dropped open': ending(quick, followed),
}

function ending(lanes: number, one: Ending['one']): Ending {
  return { lanes, one }
}

async function begun({ client, signal }: World): Promise<AnalysisStream> {
  const stream = client('endless').ai.stream(prompt, { signal })
  await stream.response
  return stream
}

async function followed({ client, signal }: World): Promise<LiveFeed> {
  const feed = client('live').live.subscribe(request, { signal })
  await feed.ready
  return feed
}

async function failure(promise: Promise<unknown>): Promise<void> {
  const error = await promise.then(
    () => new Error('it did not fail'),
    (thrown: unknown) => thrown,
  )
  if (!VecTradeError.isInstance(error)) throw error
}

/** Asks the handler and leaves after the first event. */
async function leave(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  const body = JSON.stringify({ prompt })
  socket.write(
    `POST / HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\n` +
      `content-length: ${body.length}\r\n\r\n${body}`,
  )
  for await (const bytes of socket) if (String(bytes).includes('"type":"text"')) break
  socket.destroy()
  if (!socket.closed) await once(socket, 'close')
}
