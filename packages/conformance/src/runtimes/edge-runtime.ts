// Vercel's edge runtime has no test runner and no server. The program that embeds it calls `run`.
import { VecTrade } from '@vectrade/edge'
import { runConformance } from '../index.ts'

declare const variables: { LAB_URL: string; RUNTIME: string }

/** @public bundled for the edge runtime */
export const run = (): Promise<void> =>
  runConformance({
    runtime: variables.RUNTIME,
    createClient: (options) => new VecTrade(options),
    baseURL: variables.LAB_URL,
    capabilities: {
      key: true,
      redirects: true,
      abortsLate: true,
      headerBytes: true,
      backpressure: true,
    },
  })
