import type { LabServer } from '../lab/start-lab.ts'

/** Runs the suite in a runtime. */
export interface Launcher {
  /** The name in docs/runtimes.md, with a major version if there are several. */
  runtime: string
  /** Matches how the runtime identifies itself in each case. */
  says: RegExp
  /** Runs the whole suite, and returns the exact version of the runtime. */
  run(lab: LabServer): Promise<string>
}
