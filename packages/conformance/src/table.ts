import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { knownGaps } from './known-gaps.ts'

/** A row of the table. */
export interface Row {
  runtime: string
  version: string
  passed: number
  defined: number
  /** The number of cases in the whole suite. */
  all: number
}

const page = fileURLToPath(new URL('../../../docs/runtimes.md', import.meta.url))

/** Writes docs/runtimes.md from the results of a run. */
export function writeTable(rows: readonly Row[]): void {
  const text = `# Runtimes

The same suite of cases runs inside every runtime, against a real server. It covers decoding and
encoding, every event and every error, cancellation, timeouts, redirects, conversion and backpressure.
On a runtime that can serve, it also covers callers. The test run writes this page (\`pnpm --filter
@vectrade/conformance test\`, on Linux x64).

| Runtime | Version | Cases passed | Not run |
| ------- | ------- | ------------ | ------- |
${rows.map(line).join('\n')}

"Older globals only" means a run without \`AbortSignal.any\`, \`TextDecoderStream\`, async iteration of a
\`ReadableStream\`, \`crypto\`, \`Symbol.asyncDispose\` and other things that a runtime may lack. Its
\`URL\` and \`AbortController\` work as in React Native.

Some cases are not run, for these reasons:

${knownGaps.map(({ runtimes, cases, reason }) => gap(rows, runtimes, cases, reason)).join('\n')}
`
  if (textOf(page) === text) return
  // Another process may be reading the page, so it is replaced in one step.
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
