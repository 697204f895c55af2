// Gives an example for pages an address, an endpoint at every path of that address, and a storage. A request that names
// channels gets live data.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  createHandler,
  createLiveHandler,
  memoryStore,
  toNodeHandler,
  VecTrade,
} from '@vectrade/node'

const client = new VecTrade()
const answers = createHandler({ client, store: memoryStore() })
const live = createLiveHandler({ client })
const server = createServer(
  toNodeHandler((request) =>
    new URL(request.url).searchParams.has('channels') ? live(request) : answers(request),
  ),
)
// The server must not keep the example running.
server.on('connection', (socket) => socket.unref())
server.listen(0, '127.0.0.1')
await once(server, 'listening')
server.unref()
const { port } = server.address() as AddressInfo
const items = new Map<string, string>()
Object.assign(globalThis, {
  location: { href: `http://127.0.0.1:${port}/` },
  sessionStorage: {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, item: string) => void items.set(key, item),
    removeItem: (key: string) => void items.delete(key),
  },
})
