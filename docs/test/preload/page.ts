// Gives examples of pages their page: an address, and an endpoint there, whatever its path.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHandler, toNodeHandler, VecTrade } from '@vectrade/node'

const server = createServer(toNodeHandler(createHandler({ client: new VecTrade() })))
// The example alone says how long it runs.
server.on('connection', (socket) => socket.unref())
server.listen(0, '127.0.0.1')
await once(server, 'listening')
server.unref()
const { port } = server.address() as AddressInfo
Object.assign(globalThis, { location: { href: `http://127.0.0.1:${port}/` } })
