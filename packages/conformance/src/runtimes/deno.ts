// Runs the suite with Deno's test runner, which also detects resources that a case leaves open.
import { serve, VecTrade } from '@vectrade/deno'
import { defineConformance } from '../index.ts'

declare const Deno: {
  env: { get(name: string): string | undefined }
  test(name: string, run: () => Promise<void>): void
}

for (const { name, run } of defineConformance({
  runtime: Deno.env.get('RUNTIME') ?? '',
  createClient: (options) => new VecTrade(options),
  baseURL: Deno.env.get('LAB_URL') ?? '',
  capabilities: {
    key: true,
    webSockets: true,
    sharedFeeds: true,
    redirects: true,
    backpressure: true,
    headerBytes: true,
    async serve(handler) {
      const server = serve(handler, { hostname: '127.0.0.1', port: 0, onListen() {} })
      return {
        url: `http://127.0.0.1:${server.addr.port}/`,
        [Symbol.asyncDispose]: () => server.shutdown(),
      }
    },
  },
})) {
  Deno.test(name, run)
}
