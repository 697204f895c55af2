import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHandler, toNodeHandler, VecTrade } from '@vectrade/node'
import { measure } from './measure.ts'

await measure({
  createClient: (options) => new VecTrade(options),
  async serve(client) {
    const server = createServer(toNodeHandler(createHandler({ client })))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  },
})
