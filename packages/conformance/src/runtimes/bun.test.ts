// Runs the suite with Bun's test runner.
import process from 'node:process'
import { VecTrade } from '@vectrade/node'
import { test } from 'bun:test'
import { defineConformance } from '../index.ts'

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
    async serve(handler) {
      const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: handler })
      return {
        url: server.url.href,
        [Symbol.asyncDispose]: () => server.stop(true),
      }
    },
  },
})) {
  test(name, run, 150_000)
}
