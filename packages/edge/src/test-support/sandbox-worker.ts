import { type Fault, formatFault, type Sandbox } from '@vectrade/sandbox'
import type { Running } from './runtimes.ts'
import type { RouteResult } from './worker.ts'

export const prompt = 'Bull case for NVDA, as only this test asks?'

/** Returns the variables that a worker needs to reach the sandbox. */
export function access({ url, apiKey }: Sandbox): Record<string, string> {
  return { VECTRADE_BASE_URL: url, VECTRADE_API_KEY: apiKey }
}

/** Posts a prompt to a route of the worker. The fault happens to the worker's request. */
export function post(
  worker: Running,
  path: string,
  fault: Fault = {},
  init: RequestInit = {},
): Promise<Response> {
  return worker.fetch(path, {
    method: 'POST',
    body: JSON.stringify({ prompt }),
    ...init,
    headers: {
      'content-type': 'application/json',
      'x-sandbox-fault': formatFault(fault),
      ...(init.headers as Record<string, string>),
    },
  })
}

/** Posts a prompt to a route that reports what it saw. */
export async function askRoute(worker: Running, path: string, fault?: Fault): Promise<RouteResult> {
  return (await (await post(worker, path, fault)).json()) as RouteResult
}

/** Reads a body until its text fits. Does not close the body. */
export async function readUntil(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  fits: (text: string) => boolean,
): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  while (!fits(text)) {
    const { done, value } = await reader.read()
    if (done) throw new Error(`The body ended early: ${text}`)
    text += decoder.decode(value, { stream: true })
  }
  return text
}
