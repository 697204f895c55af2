import process from 'node:process'

const mark = '\n@@report '

/** Sends the parent a program's findings, after everything that the program has printed. */
export function report(found: object): void {
  process.stdout.write(mark + JSON.stringify(found))
}

/** Splits a program's output into the printed text and the report. */
export function readReport(stdout: string): { printed: string; found: unknown } {
  const at = stdout.lastIndexOf(mark)
  if (at === -1) throw new Error(`There is no report: ${stdout.slice(-500)}`)
  return { printed: stdout.slice(0, at), found: JSON.parse(stdout.slice(at + mark.length)) }
}
