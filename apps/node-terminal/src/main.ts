import process from 'node:process'
import { demo } from './demo.ts'

// Not process.exit: what is still on its way into a pipe must get there.
process.exitCode = await demo(process.argv.slice(2))
