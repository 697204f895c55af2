/** A problem that stops the release, and that a maintainer can solve. */
export class ReleaseError extends Error {
  /** The single problems, one line each, as they are printed. */
  readonly problems: readonly string[]

  constructor(summary: string, problems: readonly string[] = []) {
    super([summary, ...problems.map((problem) => `- ${problem}`)].join('\n'))
    this.name = 'ReleaseError'
    this.problems = problems
  }
}
