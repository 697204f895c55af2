import { VecTrade, type VecTradeOptions } from '@vectrade/core'
import { type Fault, formatFault, type Sandbox } from '@vectrade/sandbox'

export const prompt = 'Bull case for NVDA, as only this test asks?'

/**
 * Returns core's client of the sandbox, with the global fetch. The fault happens to each of its
 * requests. By default, it never retries.
 */
export function clientOf(
  sandbox: Pick<Sandbox, 'url' | 'apiKey'>,
  fault: Fault = {},
  { headers, ...options }: VecTradeOptions = {},
): VecTrade {
  return new VecTrade({
    apiKey: sandbox.apiKey,
    baseURL: sandbox.url,
    maxRetries: 0,
    headers: { 'x-sandbox-fault': formatFault(fault), ...(headers as Record<string, string>) },
    ...options,
  })
}
