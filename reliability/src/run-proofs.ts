import type { Options } from './options.ts'
import type { Proof } from './proof.ts'
import { writePage } from './report/page.ts'
import { readResults, type Result, toResult, writeResults } from './report/results.ts'

/**
 * Runs proofs one after the other, and prints their results. Proofs that do not run keep their figures in
 * results.json.
 *
 * @returns whether all promises hold
 */
export async function runProofs(
  proofs: readonly Proof[],
  { names, form, minutes, isWritten }: Options,
): Promise<boolean> {
  const results: Result[] = []
  for (const proof of proofs) {
    if (names.length > 0 && !names.includes(proof.name)) continue
    console.log(`\n${proof.name}: ${proof.promise}`)
    const result = toResult(proof, form, await proof.run(form, minutes))
    print(result)
    results.push(result)
  }
  if (isWritten) {
    const before = readResults()
    const all = proofs
      .map(({ name }) => [...results, ...before].find((result) => result.name === name))
      .filter((result) => result !== undefined)
    writeResults(all)
    await writePage(proofs, all)
  }
  return results.every(({ failures }) => failures.length === 0)
}

function print({ figures, failures }: Result): void {
  for (const [name, value] of Object.entries(figures)) console.log(`  ${name}: ${value}`)
  for (const failure of failures) console.error(`  FAILED: ${failure}`)
}
