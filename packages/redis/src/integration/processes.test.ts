import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { StreamInterruptedError } from '@vectrade/core'
import { endWithThisProcess } from '@vectrade/test-kit/end-with-this-process'
import { startStopwatch } from '@vectrade/test-kit/stopwatch'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { redisStore } from '../index.ts'
import { readInBackground } from '../test-support/collect.ts'
import { type Client, RedisServer, startTimeout } from '@vectrade/test-kit/redis-server'

const lease = 1500

let server: RedisServer
let redis: Client
beforeAll(async () => {
  server = await RedisServer.start()
  redis = await server.connect()
}, startTimeout)
afterAll(() => server[Symbol.asyncDispose]())

/** Starts a producer in its own process. Waits until it appends. */
async function startProducer(id: string): Promise<{ process: ChildProcess; lines: string[] }> {
  const file = fileURLToPath(new URL('../test-support/programs/producer.ts', import.meta.url))
  const args = ['--conditions=@vectrade/source', file, server.path, id, String(lease)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  endWithThisProcess(child)
  const lines: string[] = []
  const output = createInterface(child.stdout)
  output.on('line', (line) => lines.push(line))
  while (lines.length < 3) await once(output, 'line')
  return { process: child, lines }
}

test('readers of a killed producer get an error within its lease and a second', async () => {
  await using store = redisStore(redis)
  const id = crypto.randomUUID()
  const producer = await startProducer(id)
  const readers = [0, 1, 2].map((after) => readInBackground(store.read(id, after)))
  await expect.poll(() => readers.every(({ messages }) => messages.length > 3)).toBe(true)
  producer.process.kill('SIGKILL')
  const watch = startStopwatch()
  for (const { ended } of readers) expect(await ended).toBeInstanceOf(StreamInterruptedError)
  expect(watch.ms).toBeLessThan(lease + 1000)
  expect((await store.find(id))?.length).toBe(readers[0]?.messages.length)
})

test('a producer that was paused notices that another one has taken over', async () => {
  await using store = redisStore(redis)
  const id = crypto.randomUUID()
  const producer = await startProducer(id)
  producer.process.kill('SIGSTOP')
  const reader = readInBackground(store.read(id, 0))
  expect(await reader.ended).toBeInstanceOf(StreamInterruptedError)
  const successor = await store.create(id)
  await successor.append([{ data: 'from the successor' }])
  const exit = once(producer.process, 'exit')
  producer.process.kill('SIGCONT')
  await exit
  expect(producer.lines.at(-1)).toBe('superseded')
  await successor.finish('done')
  const all = readInBackground(store.read(id, 0))
  expect(await all.ended).toBe('without error')
  expect(all.messages).toEqual([
    ...reader.messages,
    { id: reader.messages.length + 1, data: 'from the successor' },
  ])
})
