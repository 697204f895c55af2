import { join } from 'node:path'

/** The path of Node 22, the oldest version that the packages support. The conformance suite installs it. */
export const node22: string = join(
  import.meta.dirname,
  '../../packages/conformance/node_modules/node22/bin/node',
)
