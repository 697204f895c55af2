// One of several instances of a server. Arguments: the socket of Redis, the URL of VecTrade, the lease in ms
// and the most streams of an owner. If the URL is `source`, the server answers from a source of its own.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import process from 'node:process'
import { createHandler, toNodeHandler, VecTrade } from '@vectrade/node'
import { createClient } from 'redis'
import { redisStore } from '../../index.ts'
import { modelLikeSource } from '../model-like-source.ts'

const [, , path = '', baseURL = '', lease = '', maxStreams = 'Infinity'] = process.argv
const redis = createClient({ socket: { path, tls: false } })
redis.on('error', () => {})
await redis.connect()
const handler = createHandler({
  ...(baseURL === 'source'
    ? { source: modelLikeSource }
    : { client: new VecTrade({ apiKey: 'vq_any_key', baseURL }) }),
  store: redisStore(redis, { lease: Number(lease) }),
  maxStreamsPerOwner: Number(maxStreams),
  owner: (request) => request.headers.get('x-user') ?? '',
})
const server = createServer(toNodeHandler(handler)).listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`)
})
