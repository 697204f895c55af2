import process from 'node:process'
import { demo } from './demo.ts'

// `process.exit` would lose text that is still on its way into a pipe.
process.exitCode = await demo(process.argv.slice(2))
