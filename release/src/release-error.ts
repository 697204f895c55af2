/** A release that cannot go on, for reasons that a maintainer can do something about. */
export class ReleaseError extends Error {
  /** One line each, as they are printed. */
  readonly problems: readonly string[]

  constructor(summary: string, problems: readonly string[] = []) {
    super([summary, ...problems.map((problem) => `- ${problem}`)].join('\n'))
    this.name = 'ReleaseError'
    this.problems = problems
  }
}
