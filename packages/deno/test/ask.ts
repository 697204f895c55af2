// A user's program that asks and prints the answer.
import { VecTrade } from '../src/index.ts'

using client = new VecTrade()
console.log(await client.ai.stream('Bull case for NVDA?').finalText())
