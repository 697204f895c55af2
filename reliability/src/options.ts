import { parseArgs } from 'node:util'
import type { Form } from './proof.ts'

/** The options of a run. */
export interface Options {
  /** The proofs; empty for all. */
  names: readonly string[]
  form: Form
  /** How long the soak takes. */
  minutes: number | undefined
  isWritten: boolean
}

export const help = `pnpm soak [NAME …]   runs the long form of every proof, or of the named proofs. The soak is the last one

--minutes N          how long the soak takes, 10 by default
--form short         runs the short form, as CI does
--write              writes the figures to results.json and docs/reliability.md
`

/** @throws Error on invalid arguments */
export function readOptions(args: readonly string[], known: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    // pnpm passes on the `--` of `pnpm soak -- --write`.
    args: args.filter((argument) => argument !== '--'),
    options: {
      minutes: { type: 'string' },
      form: { type: 'string', default: 'long' },
      write: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  })
  const unknown = positionals.find((name) => !known.includes(name))
  if (unknown !== undefined) {
    throw new Error(`there is no proof ${unknown}, only ${known.join(', ')}`)
  }
  const { form, write } = values
  if (form !== 'short' && form !== 'long') throw new Error('--form must be short or long')
  const minutes = values.minutes === undefined ? undefined : Number(values.minutes)
  if (minutes !== undefined && !(minutes > 0)) throw new Error('--minutes takes a number above 0')
  if (minutes !== undefined && form === 'short') {
    throw new Error('--minutes can be used only with the long form')
  }
  return { names: positionals, form, minutes, isWritten: write }
}
