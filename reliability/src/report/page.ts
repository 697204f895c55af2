import { readFileSync, writeFileSync } from 'node:fs'
import { fill } from '@vectrade/report/fill'
import { table } from '@vectrade/report/table'
import type { Proof } from '../proof.ts'
import { drawSoak } from './draw-soak.ts'
import type { Result } from './results.ts'

const docs = new URL('../../../docs/', import.meta.url)
const page = new URL('reliability.md', docs)

export function readPage(): string {
  return readFileSync(page, 'utf8')
}

/**
 * Returns the page with the results of the proofs.
 *
 * @throws Error if a proof has no result, because every promise needs figures
 */
export function fillPage(
  text: string,
  proofs: readonly Proof[],
  results: readonly Result[],
): string {
  const rows = proofs.map((proof): [Proof, Result] => {
    const result = results.find(({ name }) => name === proof.name)
    if (result === undefined)
      throw new Error(`results.json has no result of the proof ${proof.name}`)
    return [proof, result]
  })
  return fill(
    text,
    new Map([
      ['promises', promises(rows)],
      ['figures', rows.map(([proof, result]) => figures(proof, result)).join('\n\n')],
      ['machine', [...new Set(rows.map(([, result]) => `- ${result.machine}`))].join('\n')],
    ]),
  )
}

/** Writes the page and its picture. */
export async function writePage(
  proofs: readonly Proof[],
  results: readonly Result[],
): Promise<void> {
  writeFileSync(page, fillPage(readPage(), proofs, results))
  const { samples } = results.find(({ name }) => name === 'soak') ?? {}
  if (samples === undefined) return
  writeFileSync(new URL('images/reliability-soak.svg', docs), await drawSoak(samples))
}

/** The number of figures in the table itself. The page has all figures below the table. */
const mostShown = 6

function promises(rows: [Proof, Result][]): string {
  return table(
    ['Promise', 'Holds', 'Last figures', 'How', 'Command'],
    rows.map(([{ name, promise }, { figures: all, failures }]) => [
      promise,
      failures.length === 0 ? 'yes' : '**no**',
      Object.entries(all)
        .slice(0, mostShown)
        .map(([what, value]) => `${what}: ${written(value)}`)
        .concat(`[all](#${name})`)
        .join('; '),
      `[${name}](../reliability/src/${name})`,
      `\`npx -y pnpm@12 soak ${name}\``,
    ]),
  )
}

function figures({ name }: Proof, { form, date, figures: all, failures }: Result): string {
  const lines = Object.entries(all).map(([what, value]) => [what, written(value)])
  const parts = [
    `### ${name}`,
    `The ${form} form, on ${date}.`,
    table(['What', 'Measured'], lines),
    ...failures.map((failure) => `- **Does not hold:** ${failure}`),
  ]
  return parts.join('\n\n')
}

function written(value: number | string): string {
  return typeof value === 'number' ? value.toLocaleString('en') : value
}
