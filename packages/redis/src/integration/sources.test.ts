import { VecTrade } from '@vectrade/node'
import { RedisServer, startTimeout } from '@vectrade/test-kit/redis-server'
import { seeded } from '@vectrade/test-kit/seeded'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { beginStored } from '../test-support/begin-stored.ts'
import { startInstance } from '../test-support/instance.ts'
import { piecesOfAnswer } from '../test-support/model-like-source.ts'
import { startProxy } from '../test-support/proxy.ts'
import { piece } from '../test-support/upstream.ts'

const seed = 20_261_129
const answers = 1_000
const atOnce = 25

let redis: RedisServer
beforeAll(async () => {
  redis = await RedisServer.start()
}, startTimeout)
afterAll(() => redis[Symbol.asyncDispose]())

test(`${answers} answers of a source, cut at random, lose and repeat nothing (seed ${seed})`, async () => {
  await using first = await startInstance(redis.path, 'source', 60_000)
  await using second = await startInstance(redis.path, 'source', 60_000)
  await using proxy = await startProxy([first.port, second.port], seeded(seed), 6_000)
  const client = new VecTrade({ endpoint: proxy.url })
  const wrong: string[] = []
  let next = 0
  const ask = async (): Promise<void> => {
    while (next < answers) {
      const prompt = `a${(next += 1)}`
      const stream = await beginStored(client, prompt)
      const whole = Array.from({ length: piecesOfAnswer }, (_, at) => piece(prompt, at)).join('')
      if ((await stream.finalText()) !== whole) wrong.push(prompt)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, ask))
  expect(wrong).toEqual([])
  expect(proxy.cuts).toBeGreaterThan(answers / 4)
}, 600_000)
