import process from 'node:process'
import { VecTrade } from '@vectrade/deno'
import { playCells } from './play-cells.ts'

declare function addEventListener(
  type: 'unhandledrejection',
  listener: (event: Event & { readonly reason: unknown }) => void,
): void

declare const Deno: { args: string[]; exit(): never }

const [control = '', workers = '1'] = Deno.args

await playCells(control, Number(workers), {
  createClient: (options) => new VecTrade(options),
  onUnhandled: (listener) =>
    addEventListener('unhandledrejection', (event) => {
      event.preventDefault()
      listener(event.reason)
    }),
  processor() {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1_000
  },
})
Deno.exit()
