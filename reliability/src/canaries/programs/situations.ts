import { inspect } from 'node:util'
import { marksIn } from '../marks.ts'
import { report } from '../report.ts'
import { startLab } from '../start-lab.ts'
import { Sent } from '../situation.ts'
import { situations } from '../situations.ts'
import { hiddenWays, printToConsole, ways } from '../ways.ts'

/**
 * Creates every situation and prints its result in every way. Reports to the parent, in JSON, how many
 * results there were and where a mark was found. The parent checks the console output itself.
 */
// Node 22 has no `await using`.
const lab = await startLab()
const leaks: string[] = []
let printed = 0

const look = (where: string, text: string, allowed: readonly string[] = []): void => {
  printed += 1
  for (const mark of marksIn(text)) {
    if (!allowed.includes(mark)) leaks.push(`${where}: ${mark}`)
  }
}

for (const situation of situations) {
  const { name } = situation
  lab.lines.length = 0
  let outcome: unknown
  try {
    outcome = await situation.run(lab)
  } catch (error) {
    outcome = error
  }
  console.error(`@@ ${name}`)
  console.log(`@@ ${name}`)
  for (const value of [outcome].flat()) {
    if (value instanceof Sent) {
      // A page may have the answer.
      look(`${name}, sent`, value.text, ['payload'])
      continue
    }
    if (typeof value !== 'object' || value === null) {
      leaks.push(`${name}: it returned ${inspect(value)}`)
      continue
    }
    for (const [way, print] of Object.entries(ways)) look(`${name}, ${way}`, print(value))
    // Hidden properties contain the server's own words and the events that had arrived.
    const hidden = ['prompt', 'payload', ...(situation.quotes ? ['key', 'credential'] : [])]
    for (const [way, print] of Object.entries(hiddenWays))
      look(`${name}, ${way}`, print(value), hidden)
    printToConsole(value)
    printed += 7
  }
  for (const line of lab.lines) look(`${name}, logged`, line)
}

report({ situations: situations.length, printed, leaks })
await lab[Symbol.asyncDispose]()
