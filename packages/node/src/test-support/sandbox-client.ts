import { type Fault, formatFault, type Sandbox } from '@vectrade/sandbox'
import { VecTrade, type VecTradeOptions } from '../index.ts'

export const prompt = 'Bull case for NVDA, says nobody but this test?'

/** A client of the sandbox, to whose every request this happens. Tries once unless told otherwise. */
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

/** What a promise rejects with; a promise that does not reject is a failure. */
export async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  let value
  try {
    value = await promise
  } catch (error) {
    return error
  }
  throw new Error(`It did not fail: ${JSON.stringify(value)}`)
}
