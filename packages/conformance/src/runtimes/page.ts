// A page has no test runner. The program that drives it calls `conformance` and waits.
import { VecTrade } from '@vectrade/browser'
import { type Capabilities, runConformance } from '../index.ts'

declare const location: { origin: string }

Object.assign(globalThis, {
  conformance: (runtime: string, capabilities: Capabilities): Promise<void> =>
    runConformance({
      runtime,
      createClient: (options) =>
        // The URL is absolute, because in some runtimes URL cannot resolve a relative one.
        new VecTrade({
          endpoint: `${location.origin}/v1/ai/analyze`,
          ...options,
          apiKey: undefined,
        }),
      baseURL: location.origin,
      capabilities,
    }),
})
