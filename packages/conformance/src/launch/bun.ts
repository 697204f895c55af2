import { command, runProgram } from './child.ts'
import type { Launcher } from './launcher.ts'

export const bun: Launcher = {
  runtime: 'Bun',
  says: /^Bun\//,
  async run({ url }) {
    const suite = './src/runtimes/bun.test.ts'
    await runProgram(command('bun'), ['--conditions=@vectrade/source', 'test', suite], {
      LAB_URL: url,
      RUNTIME: this.runtime,
    })
    return (await runProgram(command('bun'), ['--version'])).trim()
  },
}
