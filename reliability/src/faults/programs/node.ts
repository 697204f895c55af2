// Node and Bun.
import process from 'node:process'
import { VecTrade } from '@vectrade/node'
import { playCells } from './play-cells.ts'
import { processorTime } from '../../processor-time.ts'

const [control = '', workers = '1'] = process.argv.slice(2)

await playCells(control, Number(workers), {
  createClient: (options) => new VecTrade(options),
  // An uncaught exception must end the process, as it would end a user's process.
  onUnhandled: (listener) => process.on('unhandledRejection', listener),
  processor: processorTime,
})
process.exit()
