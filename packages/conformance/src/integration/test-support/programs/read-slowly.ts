// Reads several responses slowly at the same time: one event, then nothing for a second, then the
// rest. Prints how each response ended.
// Arguments: `client` or `fetch`, whichever reads them, and their URLs.
import { setTimeout as sleep } from 'node:timers/promises'
import { VecTrade, VecTradeError } from '@vectrade/node'

const [, , by, ...urls] = process.argv

async function withClient(url: string): Promise<string> {
  const client = new VecTrade({ baseURL: url, apiKey: 'key', maxRetries: 0 })
  let isFirst = true
  try {
    for await (const _ of client.ai.stream('Bull case for NVDA?')) {
      if (isFirst) await sleep(1000)
      isFirst = false
    }
    return 'complete'
  } catch (error) {
    return VecTradeError.isInstance(error) ? error.name : String(error)
  }
}

async function withFetch(url: string): Promise<string> {
  const response = await fetch(`${url}/`, { method: 'POST', body: '{}' })
  const reader = response.body?.getReader()
  await reader?.read()
  // If the process dies, it does so within this time.
  await sleep(10_000)
  return 'complete'
}

const outcomes = await Promise.all(urls.map(by === 'fetch' ? withFetch : withClient))
process.stdout.write(`${outcomes.join('\n')}\n`)
