// One of several instances that share live data. Arguments: the socket of Redis, the live URL of VecTrade, its key, the
// lease in ms and a symbol. Prints the type of each event.
import process from 'node:process'
import { VecTrade } from '@vectrade/node'
import { createClient } from 'redis'
import { redisFeed } from '../../index.ts'

const [, , path = '', liveURL = '', apiKey = '', lease = '', symbol = ''] = process.argv
const redis = createClient({ socket: { path, tls: false } })
redis.on('error', () => {})
await redis.connect()
const client = new VecTrade({ apiKey, liveURL })
const feed = redisFeed(redis, { client, lease: Number(lease) })
feed.add([symbol])
for await (const event of feed) process.stdout.write(`${event.type}\n`)
