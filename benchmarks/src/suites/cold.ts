import { readers } from '../fresh/contestants.ts'
import { withAnswer } from '../fresh/order.ts'
import { interleaveRuns } from '../measure.ts'
import { createPayload } from '../payload.ts'
import { large, single } from '../readers/reading.ts'
import { cpuTimeOf, type Row, type Suite } from '../suite.ts'

/** What the user of a command, or of a function that has just started, waits for. */
const firsts = [
  { title: 'import and the first answer, 200 events', size: 200, isImportTimed: true },
  { title: 'the first 1,000 events, after the import', size: 1000, isImportTimed: false },
]

/** Nothing is compiled yet, and each class is seen for the first time. */
export const cold: Suite = {
  name: 'cold',
  what: "a fresh process for each figure; CPU time is the process's, its threads included",
  goals: [],
  async run(form) {
    const rounds = form === 'long' ? 15 : 1
    const rows: Row[] = []
    for (const { title, size, isImportTimed } of firsts) {
      const payload = createPayload(form === 'long' ? size : 20, { writing: 'with spaces' })
      for (const how of [large, single] as const) {
        const table = `${title}, ${how}`
        const measured = await withAnswer(payload, (read) =>
          interleaveRuns(
            readers.map((name) => ({
              name,
              async run() {
                const [first] = await read({ name, how, answers: 1, isImportTimed })
                return { [table]: first!.wall, [cpuTimeOf(table)]: first!.cpu }
              },
            })),
            { unit: 'ms', rounds, warmUps: form === 'long' ? 1 : 0 },
          ),
        )
        rows.push(...measured)
      }
    }
    return rows
  },
}
