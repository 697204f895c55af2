import process from 'node:process'
import { parseArgs } from 'node:util'
import { proofs } from './proofs.ts'

/** `pnpm soak [NAME …]`: the long form of every proof, or of those named. */
const { positionals } = parseArgs({ allowPositionals: true })

for (const proof of proofs) {
  if (positionals.length > 0 && !positionals.includes(proof.name)) continue
  console.log(`\n${proof.name}: ${proof.promise}`)
  const { figures, failures } = await proof.run('long')
  for (const [name, value] of Object.entries(figures)) console.log(`  ${name}: ${value}`)
  for (const failure of failures) console.error(`  FAILED: ${failure}`)
  if (failures.length > 0) process.exitCode = 1
}
