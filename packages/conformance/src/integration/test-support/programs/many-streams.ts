// Opens thousands of streams on one signal. Prints the memory and the listeners that remain. Needs --expose-gc.
import { getEventListeners } from 'node:events'
import process from 'node:process'
import { VecTrade } from '@vectrade/core'

const { SERVER_URL: baseURL = '', STREAMS: count = '0' } = process.env
const warnings: string[] = []
process.on('warning', (warning) => warnings.push(`${warning.name}: ${warning.message}`))

const client = new VecTrade({ apiKey: 'vq_none_at_all', baseURL, maxRetries: 0 })
const { signal } = new AbortController()

async function useStream(at: number): Promise<void> {
  const stream = client.ai.stream('A question', { signal })
  if (at % 20 === 0) {
    for await (const _ of stream) break
  } else if (at % 20 === 1) {
    await stream.response
    await stream.cancel()
  } else if (at % 20 === 2) {
    await stream.cancel()
  } else if ((await stream.finalText()) !== 'ab') {
    throw new Error('The answer is wrong')
  }
}

async function useStreams(streams: number): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < streams) await useStream((next += 1))
  }
  await Promise.all(Array.from({ length: 16 }, worker))
}

async function heap(): Promise<number> {
  for (let round = 0; round < 5; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    globalThis.gc?.()
  }
  return process.memoryUsage().heapUsed
}

await useStreams(Number(count) / 5)
const before = await heap()
await useStreams(Number(count))
const growth = (await heap()) - before
process.stdout.write(
  JSON.stringify({
    growth,
    gc: globalThis.gc !== undefined,
    listeners: getEventListeners(signal, 'abort').length,
    aborted: signal.aborted,
    warnings,
  }),
)
process.exit()
