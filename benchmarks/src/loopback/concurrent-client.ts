// Reads many live streams at once and sends the CPU time, in µs, that one event took.
import { checkAnswer } from '../payload.ts'
import { addUp } from '../readers/reader.ts'
import { liveAnswer } from './live.ts'
import { openers } from './openers.ts'

const [name = '', url = '', streams = '', events = ''] = process.argv.slice(2)
const open = openers[name as keyof typeof openers](`${url}/live/${streams}/${events}`)
const expected = liveAnswer(Number(events))

let begun = 0
let before = process.cpuUsage()

/** The clock starts when all streams are open and have had their first event. */
async function* begin(source: AsyncIterable<unknown>): AsyncGenerator {
  const iterator = source[Symbol.asyncIterator]()
  yield (await iterator.next()).value
  begun += 1
  if (begun === Number(streams)) before = process.cpuUsage()
  yield* { [Symbol.asyncIterator]: () => iterator }
}

const answers = await Promise.all(
  Array.from({ length: Number(streams) }, async () => addUp(begin(open()))),
)
const { user, system } = process.cpuUsage(before)
for (const answer of answers) checkAnswer(name, answer, expected)
process.send?.((user + system) / (Number(streams) * (Number(events) - 1)))
