// Runs the suite with Vitest, in the Node that runs Vitest.
import process from 'node:process'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { VecTrade } from '@vectrade/node'
import { test } from 'vitest'
import { defineConformance } from '../index.ts'
import { serveNode } from './serve-node.ts'

setFlagsFromString('--expose-gc')
Object.assign(globalThis, { gc: runInNewContext('gc') as () => void })

const { LAB_URL: baseURL = '', RUNTIME: runtime = '' } = process.env

for (const { name, run } of defineConformance({
  runtime,
  createClient: (options) => new VecTrade(options),
  baseURL,
  capabilities: {
    key: true,
    webSockets: true,
    sharedFeeds: true,
    redirects: true,
    abortsLate: true,
    headerBytes: true,
    hearsLeaving: true,
    backpressure: true,
    serve: serveNode,
  },
})) {
  test(name, run)
}
