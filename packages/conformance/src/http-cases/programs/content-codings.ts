// Asks for answers with a thousand content codings, and tells what came of it and what it cost.
import process from 'node:process'
import { VecTrade } from '@vectrade/node'

const { API_ORIGIN: origin = '' } = process.env
const clientAt = (path: string): VecTrade =>
  new VecTrade({ apiKey: 'vq_none_at_all', baseURL: `${origin}${path}`, maxRetries: 0 })

// What the first answer of all costs is not the chain's.
await clientAt('/plain').ai.stream('Bull case?').finalText()
const before = process.memoryUsage.rss()
const errors: string[] = []
for (let asked = 0; asked < 5; asked += 1) {
  const { ai } = clientAt('/chain')
  const calling = asked % 2 === 0 ? ai.stream('Bull case?').finalText() : ai.analyze('Bull case?')
  errors.push(await calling.then(() => 'an answer').catch((error: Error) => error.name))
}
// The highest there was, in KiB.
const growth = process.resourceUsage().maxRSS * 1024 - before
process.stdout.write(JSON.stringify({ errors, growth }))
