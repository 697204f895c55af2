// Asks for answers with a thousand content codings. Prints the outcome and the memory that it took.
import process from 'node:process'
import { VecTrade } from '@vectrade/node'

const { API_ORIGIN: origin = '' } = process.env
const clientAt = (path: string): VecTrade =>
  new VecTrade({ apiKey: 'vq_none_at_all', baseURL: `${origin}${path}`, maxRetries: 0 })

// The first answer of a process has costs that do not come from the codings.
await clientAt('/plain').ai.stream('Bull case?').finalText()
const before = process.memoryUsage.rss()
const errors: string[] = []
for (let asked = 0; asked < 5; asked += 1) {
  const { ai } = clientAt('/chain')
  const calling = asked % 2 === 0 ? ai.stream('Bull case?').finalText() : ai.analyze('Bull case?')
  errors.push(await calling.then(() => 'an answer').catch((error: Error) => error.name))
}
// The peak, in KiB.
const growth = process.resourceUsage().maxRSS * 1024 - before
process.stdout.write(JSON.stringify({ errors, growth }))
