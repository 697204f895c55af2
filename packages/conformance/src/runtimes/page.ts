// A page has no runner: whoever drives it calls `conformance` and waits.
import { VecTrade } from '@vectrade/browser'
import { type Capabilities, runConformance } from '../index.ts'

declare const location: { origin: string }

Object.assign(globalThis, {
  conformance: (runtime: string, capabilities: Capabilities): Promise<void> =>
    runConformance({
      runtime,
      createClient: (options) =>
        // Absolute, as it has to be where URL resolves nothing.
        new VecTrade({
          endpoint: `${location.origin}/v1/ai/analyze`,
          ...options,
          apiKey: undefined,
        }),
      baseUrl: location.origin,
      capabilities,
    }),
})
