import { join } from 'node:path'

/** A runtime that a proof's programs run on, each in a separate process. */
export type Runtime = 'Node 22' | 'Node 24' | 'Node 26' | 'Bun' | 'Deno'

/** The file of a runtime, and its first arguments. */
type Command = readonly [file: string, ...flags: string[]]

const modules = join(import.meta.dirname, '../node_modules')
// Programs run as they are written, on the sources of the packages.
const onSource = '--conditions=@vectrade/source'

function node(major: 22 | 24 | 26): Command {
  const file = join(modules, `node${major}/bin/node`)
  // Node 22 warns that it can run TypeScript.
  return [file, onSource, '--disable-warning=ExperimentalWarning']
}

/** The command of each runtime. Further flags, the program and its parameters follow. */
export const commands: Readonly<Record<Runtime, Command>> = {
  'Node 22': node(22),
  'Node 24': node(24),
  'Node 26': node(26),
  Bun: [join(modules, '.bin/bun'), onSource],
  // All permissions, because some programs read /proc. The conformance suite runs with those that the SDK needs.
  Deno: [join(modules, '.bin/deno'), 'run', '--no-check', '--no-lock', '--allow-all', onSource],
}

export const runtimes: readonly Runtime[] = Object.keys(commands) as Runtime[]
