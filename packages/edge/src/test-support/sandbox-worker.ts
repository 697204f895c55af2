import { type Fault, formatFault, type Sandbox } from '@vectrade/sandbox'
import type { Running } from './runtimes.ts'
import type { Told } from './worker.ts'

export const prompt = 'Bull case for NVDA, says nobody but this test?'

/** What a worker needs to reach the sandbox. */
export function access({ url, apiKey }: Sandbox): Record<string, string> {
  return { VECTRADE_BASE_URL: url, VECTRADE_API_KEY: apiKey }
}

/** Asks a route of the worker for an analysis, to which this happens. */
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

/** The same, of a route that tells what it saw. */
export async function told(worker: Running, path: string, fault?: Fault): Promise<Told> {
  return (await (await post(worker, path, fault)).json()) as Told
}

/** Reads a body until what came fits; the body stays open. */
export async function readUntil(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  fits: (text: string) => boolean,
): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  while (!fits(text)) {
    const { done, value } = await reader.read()
    if (done) throw new Error(`The body ended after ${text}`)
    text += decoder.decode(value, { stream: true })
  }
  return text
}
