// The endpoint of a site. Arguments: VecTrade's URL, `none`, `memory` or `redis`, and Redis' socket.
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import {
  createHandler,
  memoryStore,
  type StreamStore,
  toNodeHandler,
  VecTrade,
} from '@vectrade/node'
import { redisStore } from '@vectrade/redis'
import { createClient } from 'redis'
import { processState } from '../../process-state.ts'
import { serveCalls } from '../../program.ts'
import { storeLimits } from '../store-limits.ts'

const [, , baseURL = '', kind, path = ''] = process.argv

async function createStore(): Promise<StreamStore | undefined> {
  if (kind === 'none') return undefined
  if (kind === 'memory') return memoryStore(storeLimits)
  const redis = createClient({ socket: { path, tls: false } })
  // The proof makes Redis unreachable on purpose.
  redis.on('error', () => {})
  await redis.connect()
  return redisStore(redis, storeLimits)
}

const handler = createHandler({
  // Opening all streams may take longer than the default limit for VecTrade's silence.
  client: new VecTrade({
    apiKey: 'vq_of_no_meaning',
    baseURL,
    idleTimeout: 0,
    heartbeatTimeout: 0,
  }),
  store: await createStore(),
})
const server = createServer(toNodeHandler(handler))
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 })
await once(server, 'listening')
const folder = mkdtempSync(join(tmpdir(), 'vectrade-relay-'))
const socketPath = join(folder, 'socket')
const local = createServer(toNodeHandler(handler))
local.listen({ path: socketPath, backlog: 4096 })
await once(local, 'listening')

serveCalls({
  url: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/analyze`,
  socketPath: () => socketPath,
  state: processState,
  close: () => rmSync(folder, { recursive: true, force: true }),
})
