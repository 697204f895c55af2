import { parseArgs } from 'node:util'
import { isBuilt } from './builds.ts'
import { printGoals, printRows } from './report/console.ts'
import { summarize } from './report/results.ts'
import { write } from './report/write.ts'
import { suites } from './suites.ts'

const { values, positionals } = parseArgs({
  // pnpm hands the `--` of `pnpm bench -- --short` on.
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: { short: { type: 'boolean' }, write: { type: 'boolean' } },
  allowPositionals: true,
})
const form = values.short ? 'short' : 'long'
const names = suites.map(({ name }) => name)
for (const name of positionals) {
  if (!names.includes(name)) throw new Error(`no suite "${name}": there are ${names.join(', ')}`)
}
if (values.write && values.short) throw new Error('what is written comes from the long form')
if (values.write && !isBuilt()) throw new Error('what is written is of builds: run the build first')
if (values.short) console.log('The short form: everything a little, to see that it works.')

const results = []
for (const suite of suites) {
  if (positionals.length > 0 && !positionals.includes(suite.name)) continue
  console.log(`\n${suite.name}: ${suite.what}`)
  const rows = await suite.run(form)
  printRows(rows)
  results.push(summarize(suite, rows))
}
printGoals(results)
if (values.write) await write(results)
