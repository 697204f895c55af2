import type { LabServer } from '../lab/start-lab.ts'

/** One runtime of the table. */
export interface Launcher {
  /** As the table has it, with the part of the version that says which it is. */
  runtime: string
  /** What it says of itself, in every case. */
  says: RegExp
  /** Runs the whole suite in it, and gives its exact version. */
  run(lab: LabServer): Promise<string>
}
