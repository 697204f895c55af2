import { join } from 'node:path'
import type { Runtime } from '../runtimes.ts'

/** A platform of the matrix. */
export interface Platform {
  readonly name: string
  /** The runtime of the program. workerd runs inside a program of Node. */
  readonly runtime: Runtime
  /** The path of the program that plays the cells. */
  readonly program: string
  /** The content codings that its fetch decodes. */
  readonly decodes: readonly string[]
}

const program = (name: string): string => join(import.meta.dirname, 'programs', `${name}.ts`)

function same(runtime: Runtime, name: string, decodes: readonly string[]): Platform {
  return { name: runtime, runtime, program: program(name), decodes }
}

export const platforms: readonly Platform[] = [
  same('Node 22', 'node', ['gzip', 'br']),
  same('Node 24', 'node', ['gzip', 'br', 'zstd']),
  same('Node 26', 'node', ['gzip', 'br', 'zstd']),
  same('Bun', 'node', ['gzip', 'br', 'zstd']),
  same('Deno', 'deno', ['gzip', 'br']),
  {
    name: 'workerd',
    runtime: 'Node 24',
    program: program('host-workerd'),
    decodes: ['gzip', 'br'],
  },
]
