import { VecTrade } from '@vectrade/deno'
import { playCells } from './play-cells.ts'
import { processorTime } from '../../processor-time.ts'

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
  processor: processorTime,
})
Deno.exit()
