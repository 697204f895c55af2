import { parseArgs } from 'node:util'
import { profileReading } from './profile.ts'
import { printGoals, printProfile, printRows } from './report/console.ts'
import { summarize } from './report/results.ts'
import { write, writeProfile } from './report/write.ts'
import { suites } from './suites.ts'

const names = suites.map(({ name }) => name)
const help = `bench [--short] [--write] [suite…]   measures: ${names.join(', ')}; all of them by default
bench --profile [--write]            says where the time of reading goes

--short  everything a little, to see that it works: no figure means anything
--write  writes the tables and pictures of docs/performance.md
`

try {
  await main()
} catch (error) {
  // What was measured by a wrong result is of no use; what to type instead is.
  process.stderr.write(
    `bench: ${error instanceof Error ? error.message : String(error)}\n\n${help}`,
  )
  process.exitCode = 1
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    // pnpm hands the `--` of `pnpm bench -- --short` on.
    args: process.argv.slice(2).filter((argument) => argument !== '--'),
    options: {
      short: { type: 'boolean' },
      write: { type: 'boolean' },
      profile: { type: 'boolean' },
      help: { type: 'boolean' },
    },
    allowPositionals: true,
  })
  const unknown = positionals.find((name) => !names.includes(name))
  if (unknown !== undefined) throw new Error(`there is no suite ${unknown}`)
  if (values.write && values.short) throw new Error('what is written comes from the long form')
  if (values.help) process.stdout.write(help)
  else if (values.profile) await profile(values.write ?? false)
  else await measure(positionals, values.short ? 'short' : 'long', values.write ?? false)
}

async function measure(
  chosen: string[],
  form: 'short' | 'long',
  isWritten: boolean,
): Promise<void> {
  if (form === 'short') {
    console.log('The short form: all is smaller than its name says, and no figure means anything.')
  }
  const results = []
  for (const suite of suites) {
    if (chosen.length > 0 && !chosen.includes(suite.name)) continue
    console.log(`\n${suite.name}: ${suite.what}`)
    const rows = await suite.run(form)
    printRows(rows)
    results.push(summarize(suite, rows))
  }
  if (form === 'long') printGoals(results)
  if (isWritten) await write(results)
}

async function profile(isWritten: boolean): Promise<void> {
  const profiles = await profileReading()
  printProfile(profiles)
  if (isWritten) writeProfile(profiles)
}
