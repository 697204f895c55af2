// A site's endpoint. `?store=` is none, memory or redis. `?fault=` applies to its request to VecTrade.
// Arguments: VecTrade's URL, the key, and Redis' socket.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import process from 'node:process'
import { createHandler, memoryStore, toNodeHandler, VecTrade } from '@vectrade/node'
import { redisStore } from '@vectrade/redis'
import { createClient } from 'redis'
import { processState } from '../../process-state.ts'
import { serveCalls } from '../../program.ts'

const [, , baseURL = '', apiKey = '', path = ''] = process.argv
const redis = createClient({ socket: { path, tls: false } })
redis.on('error', () => {})
await redis.connect()
// Streams are stored for a minute, so that memory is level after that time.
const limits = { timeToLive: 60_000, maxStreams: 100_000, lease: 60_000 }
const stores = new Map([
  ['memory', memoryStore(limits)],
  ['redis', redisStore(redis, limits)],
])
const handlers = new Map<string, ReturnType<typeof createHandler>>()

function handlerFor({ searchParams }: URL): ReturnType<typeof createHandler> {
  const [store = 'none', fault = ''] = [searchParams.get('store'), searchParams.get('fault')].map(
    (value) => value ?? undefined,
  )
  const key = `${store} ${fault}`
  let handler = handlers.get(key)
  if (handler === undefined) {
    const headers = { 'x-sandbox-fault': fault }
    const client = new VecTrade({ apiKey, baseURL, headers, maxRetries: 1 })
    handler = createHandler({ client, store: stores.get(store) })
    handlers.set(key, handler)
  }
  return handler
}

const server = createServer(toNodeHandler((request) => handlerFor(new URL(request.url))(request)))
server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 })
await once(server, 'listening')

serveCalls({
  url: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/analyze`,
  state: processState,
})
