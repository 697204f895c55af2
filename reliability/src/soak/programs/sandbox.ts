// VecTrade, with faults on demand.
import { startSandbox } from '@vectrade/sandbox'
import { serveCalls } from '../../program.ts'

const many = 1e9
const sandbox = await startSandbox({ rateLimit: many, quota: many, maxRequests: 2000 })

serveCalls({
  place: () => ({ url: sandbox.url, apiKey: sandbox.apiKey }),
  /** Returns the recent requests that are still being answered. */
  open: () => sandbox.requests.filter(({ closed }) => closed === undefined).length,
})
