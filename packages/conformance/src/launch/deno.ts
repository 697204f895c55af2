import { bundle, withoutGlobals } from './bundle.ts'
import { command, runProgram, withFile } from './child.ts'
import type { Launcher } from './launcher.ts'

export const deno: Launcher = launcher('Deno')
export const bareDeno: Launcher = launcher('Deno, older globals only', withoutGlobals)

function launcher(runtime: string, ...inject: string[]): Launcher {
  return {
    runtime,
    says: /^Deno\//,
    async run({ url }) {
      const suite = await bundle('deno', 'esm', { inject })
      const permissions = ['--allow-net', '--allow-env']
      const flags = ['test', '--no-check', '--no-lock', '--v8-flags=--expose-gc', ...permissions]
      await withFile('suite.test.js', suite, (path) =>
        runProgram(command('deno'), [...flags, path], { LAB_URL: url, RUNTIME: runtime }),
      )
      return (await runProgram(command('deno'), ['--version'])).split(' ')[1] ?? ''
    },
  }
}
