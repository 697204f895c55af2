import { createHandler, serve, VecTrade } from '@vectrade/deno'
import { measure } from './measure.ts'

await measure({
  createClient: (options) => new VecTrade(options),
  async serve(client) {
    const options = { hostname: '127.0.0.1', port: 0, onListen() {} }
    return serve(createHandler({ client }), options).addr.port
  },
})
