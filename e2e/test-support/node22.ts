import { join } from 'node:path'

/** Node 22, the oldest that the packages take, as the conformance suite has it. */
export const node22: string = join(
  import.meta.dirname,
  '../../packages/conformance/node_modules/node22/bin/node',
)
