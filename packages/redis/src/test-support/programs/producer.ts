// Produces a stream until an append fails. Arguments: the socket of Redis, the stream, the lease in ms.
// Prints a line for each append, then the problem of the failed one.
import { StreamStoreError } from '@vectrade/core'
import { createClient } from 'redis'
import { redisStore } from '../../index.ts'

const [, , path = '', id = '', lease = ''] = process.argv
const redis = createClient({ socket: { path, tls: false } })
redis.on('error', () => {})
await redis.connect()
const store = redisStore(redis, { lease: Number(lease) })
const producer = await store.create(id)
try {
  for (let at = 0; ; at += 1) {
    await producer.append([{ data: `${process.pid} ${at}` }])
    process.stdout.write('appended\n')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
} catch (error) {
  process.stdout.write(`${error instanceof StreamStoreError ? error.problem : String(error)}\n`)
}
await store[Symbol.asyncDispose]()
redis.destroy()
