import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { knownGaps } from './known-gaps.ts'

/** One line of the table. */
export interface Row {
  runtime: string
  version: string
  passed: number
  defined: number
  /** Of the whole suite. */
  all: number
}

const page = fileURLToPath(new URL('../../../docs/runtimes.md', import.meta.url))

/** Writes the page of the runtimes from what a run has shown. */
export function writeTable(rows: readonly Row[]): void {
  const text = `# Runtimes

One suite of cases runs inside every runtime, against a real server: decoding and encoding, every
event and every error, cancellation, timeouts, redirects, conversion, backpressure and, where a
runtime serves, its callers. This page is written by that run (\`pnpm --filter @vectrade/conformance
test\`, on Linux x64).

| Runtime | Version | Cases passed | Not run |
| ------- | ------- | ------------ | ------- |
${rows.map(line).join('\n')}

«Older globals only» is without \`AbortSignal.any\`, \`TextDecoderStream\`, async iteration of a
\`ReadableStream\`, \`crypto\`, \`Symbol.asyncDispose\` and other things that a runtime may lack, and has
\`URL\` and \`AbortController\` as React Native has them.

What is not run, and why:

${knownGaps.map(({ runtimes, cases, reason }) => gap(rows, runtimes, cases, reason)).join('\n')}
`
  if (textOf(page) === text) return
  // Others may be reading it.
  writeFileSync(`${page}.new`, text)
  renameSync(`${page}.new`, page)
}

function line({ runtime, version, passed, defined, all }: Row): string {
  return `| ${runtime} | ${version} | ${passed} of ${defined} | ${all - defined || ''} |`
}

function gap(rows: readonly Row[], runtimes: RegExp, cases: RegExp, reason: string): string {
  const names = rows.map(({ runtime }) => runtime).filter((runtime) => runtimes.test(runtime))
  const which = cases.source.replace(/^\^|: $|\$$/g, '')
  return `- **${names.join(' · ')}**, cases \`${which}\`: ${reason}.`
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
