import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { machine } from '@vectrade/report/machine'
import type { Form, Outcome, Proof } from '../proof.ts'

/** The saved result of a proof's last run. */
export interface Result extends Outcome {
  name: string
  form: Form
  machine: string
  /** The day, as in 2026-11-28. */
  date: string
}

const file = fileURLToPath(new URL('../../results.json', import.meta.url))

export function toResult(proof: Proof, form: Form, outcome: Outcome): Result {
  const date = new Date().toISOString().slice(0, 10)
  return { name: proof.name, form, machine: machine(), date, ...outcome }
}

/** Reads the results that `pnpm soak --write` has saved. */
export function readResults(): Result[] {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Result[]) : []
}

export function writeResults(results: readonly Result[]): void {
  writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`)
}
