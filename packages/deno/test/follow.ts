// A user's program that follows a symbol and prints its first quote.
import { VecTrade } from '../src/index.ts'

using client = new VecTrade()
for await (const event of client.live.subscribe({ symbols: ['NVDA'] })) {
  console.log(event.type)
  break
}
