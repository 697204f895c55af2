// An instance of a site's endpoint for live data. Arguments: VecTrade's URL, and `loses` or `doubles` for an
// endpoint that does that with some events.
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createLiveHandler, type LiveEvent, toNodeHandler, VecTrade } from '@vectrade/node'
import { processState } from '../../process-state.ts'
import { serveCalls } from '../../program.ts'
import { burstSymbol, steadySymbols } from '../numbered-quote.ts'

const [, , liveURL = '', fault = ''] = process.argv
const unhandled: string[] = []
process.on('unhandledRejection', (error) => unhandled.push(String(error)))

const client = new VecTrade({ apiKey: 'vq_of_no_meaning', liveURL })
if (fault !== '') breakFeeds()

/** Treats every tenth quote wrongly, so that a test can check that this is noticed. */
function breakFeeds(): void {
  const subscribe = client.live.subscribe.bind(client.live)
  client.live.subscribe = (...parameters) => {
    const feed = subscribe(...parameters)
    const iterator = feed[Symbol.asyncIterator]()
    feed[Symbol.asyncIterator] = () => broken({ [Symbol.asyncIterator]: () => iterator })
    return feed
  }
}

async function* broken(events: AsyncIterable<LiveEvent>): AsyncGenerator<LiveEvent, undefined> {
  let quotes = 0
  for await (const event of events) {
    if (event.type === 'quote.update') quotes += 1
    const isWrong = event.type === 'quote.update' && quotes % 10 === 0
    if (!isWrong || fault === 'doubles') yield event
    if (isWrong && fault === 'doubles') yield event
  }
}

const errors: string[] = []
const handler = createLiveHandler({
  client,
  symbols: [...steadySymbols, burstSymbol],
  heartbeat: 1000,
  // Enough for readers that are slow to come back because the machine is busy. A burst fills it.
  replay: { events: 3000, ms: 600_000 },
  onError: (error) => errors.push(String(error)),
  logger: { warn: (message) => errors.push(message) },
})
const server = createServer(toNodeHandler(handler))
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 })
// The system's buffers of a Unix socket are small, so a reader who stalls is noticed early.
const folder = mkdtempSync(join(tmpdir(), 'vectrade-live-'))
const local = createServer(toNodeHandler(handler))
local.listen({ path: join(folder, 'socket'), backlog: 4096 })
await Promise.all([once(server, 'listening'), once(local, 'listening')])

const connections = (of: typeof server): Promise<number> =>
  new Promise((resolve, reject) => {
    of.getConnections((error, count) => (error ? reject(error) : resolve(count)))
  })

serveCalls({
  port: () => (server.address() as AddressInfo).port,
  socketPath: () => join(folder, 'socket'),
  state: processState,
  /** Errors that no one should see: unhandled ones, and those of the handler. */
  errors: () => [...unhandled, ...errors],
  open: async () => (await connections(server)) + (await connections(local)),
  cleanUp: () => rmSync(folder, { recursive: true, force: true }),
})
