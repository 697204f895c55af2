import { parentPort, workerData } from 'node:worker_threads'
import { fuzzPart, type Part } from '../fuzz-part.ts'

// Many of the streams end in an error. No one reads its stack.
Error.stackTraceLimit = 0
const outcome = await fuzzPart(workerData as Part)
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker's port has none
parentPort?.postMessage(outcome)
