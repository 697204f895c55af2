import process from 'node:process'

const mark = '\n@@report '

/** Tells the parent what a program has found, after all that it has printed. */
export function report(found: object): void {
  process.stdout.write(mark + JSON.stringify(found))
}

/** What a program has printed, and its report. */
export function readReport(stdout: string): { printed: string; found: unknown } {
  const at = stdout.lastIndexOf(mark)
  if (at === -1) throw new Error(`There is no report: ${stdout.slice(-500)}`)
  return { printed: stdout.slice(0, at), found: JSON.parse(stdout.slice(at + mark.length)) }
}
