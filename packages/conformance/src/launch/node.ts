import { join } from 'node:path'
import { packageRoot, runProgram } from './child.ts'
import type { Launcher } from './launcher.ts'

/** Runs the suite in a version of Node, with Vitest. */
export function node(major: 22 | 24 | 26): Launcher {
  const runtime = `Node ${major}`
  return {
    runtime,
    says: new RegExp(`^Node.js/${major}$`),
    async run({ url }) {
      const file = nodeOf(major)
      const vitest = join(packageRoot, 'node_modules/vitest/vitest.mjs')
      // The configured reporters would overwrite the report of the package's own tests.
      const flags = ['run', '--config=vitest.runtime.config.ts', '--reporter=dot']
      await runProgram(file, [vitest, ...flags], { LAB_URL: url, RUNTIME: runtime })
      return await versionOf(file)
    },
  }
}

/** Returns the path of a version of Node. */
export function nodeOf(major: 22 | 24 | 26): string {
  return join(packageRoot, `node_modules/node${major}/bin/node`)
}

async function versionOf(file: string): Promise<string> {
  return (await runProgram(file, ['--version'])).trim().slice(1)
}
