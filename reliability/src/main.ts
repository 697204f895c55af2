import process from 'node:process'
import { help, readOptions } from './options.ts'
import { proofs } from './proofs.ts'
import { runProofs } from './run-proofs.ts'

const names = proofs.map(({ name }) => name)
try {
  const holds = await runProofs(proofs, readOptions(process.argv.slice(2), names))
  if (!holds) process.exitCode = 1
} catch (error) {
  process.stderr.write(`soak: ${error instanceof Error ? error.message : String(error)}\n\n${help}`)
  process.exitCode = 1
}
