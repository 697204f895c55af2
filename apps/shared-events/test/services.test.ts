import {
  createHandler,
  type FetchHandler,
  RateLimitError,
  ServiceUnavailableError,
  VecTrade,
} from '@vectrade/node'
import { errorOf } from '@vectrade/test-kit/error-of'
import { expect, test } from 'vitest'
import { createAnalyst } from '../src/analyst.ts'
import { events } from '../src/events.ts'
import { createGateway } from '../src/gateway.ts'
import { listen, type RunningServer } from '../src/listen.ts'
import { createWrongAnalyst } from './support/wrong-analyst.ts'

/** Both services on this machine, and a client of the gateway. */
interface Services extends AsyncDisposable {
  client: VecTrade<typeof events>
  /** What the gateway has logged. */
  log: string[]
}

async function startServices(answer: FetchHandler = createAnalyst(0)): Promise<Services> {
  const log: string[] = []
  const analyst = await listen(answer)
  const options = { analyst: analyst.url, log: (message: string) => void log.push(message) }
  const gateway: RunningServer = await listen(createGateway(options))
  const client = new VecTrade({ endpoint: gateway.url, events })
  return {
    client,
    log,
    async [Symbol.asyncDispose]() {
      client.close()
      await gateway[Symbol.asyncDispose]()
      await analyst[Symbol.asyncDispose]()
    },
  }
}

test('the chart of one service and the risk of the other arrive as typed events', async () => {
  await using services = await startServices()
  const seen: string[] = []
  let text = ''
  for await (const event of services.client.ai.stream('How did AMD do?')) {
    if (seen.at(-1) !== event.type) seen.push(event.type)
    if (event.type === 'text') text += event.content
    if (event.type === 'chart') {
      expect(event.symbol).toBe('AMD')
      expect(event.points.map(({ price }) => price > 0)).toEqual(Array(30).fill(true))
    }
    if (event.type === 'risk') expect(event.reason).toMatch(/^The highest price is \d+ % above/)
  }
  expect(seen).toEqual(['metadata', 'text', 'chart', 'risk', 'text', 'done'])
  expect(text).toMatch(/^Simulated answer: /)
})

test('a wrong chart ends the answer with a typed error, after all that had arrived', async () => {
  await using services = await startServices(createWrongAnalyst())
  const seen: string[] = []
  const error = await errorOf(
    (async () => {
      for await (const event of services.client.ai.stream('AMD?')) seen.push(event.type)
    })(),
  )
  expect(seen).toEqual(['text', 'chart', 'risk', 'text'])
  expect(error).toBeInstanceOf(ServiceUnavailableError)
  expect(error).toMatchObject({ partial: { text: 'A good chartand a wrong one' } })
  // The gateway knows which field was wrong. No one sees the value.
  expect(services.log).toEqual([
    'The analyst: An event of the type "chart" does not match its validator at points.30.price',
  ])
})

test('a refusal of the analyst reaches the page with its class and its wait', async () => {
  const limit = { message: 'Slow down', type: 'rate_limit_error', retryable: true, retryAfter: 7 }
  const source = (): Promise<never> => Promise.reject(new RateLimitError(limit))
  await using services = await startServices(createHandler({ source }))
  const error = await errorOf(services.client.ai.stream('AMD?').finalText())
  expect(error).toBeInstanceOf(RateLimitError)
  expect(error).toMatchObject({ status: 429, retryAfter: 7 })
})

test('a reader who leaves ends the answer of the analyst', async () => {
  const ended = Promise.withResolvers<void>()
  await using services = await startServices(
    createHandler({
      async *source(_, { signal }) {
        yield { type: 'text', content: 'Hi' }
        signal.addEventListener('abort', () => ended.resolve())
        await ended.promise
      },
    }),
  )
  for await (const event of services.client.ai.stream('AMD?')) {
    expect(event.content).toBe('Hi')
    break
  }
  await ended.promise
})
