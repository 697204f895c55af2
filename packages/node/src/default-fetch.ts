import type { Fetch, FetchInit, FetchResponse } from '@vectrade/core'
import { agentOf } from './agents.ts'
import { replaceableDispatcher } from './replaceable-dispatcher.ts'

/**
 * Returns the `fetch` for clients that were given none. Returns undefined on Bun and Deno, where the
 * client can call the global fetch directly.
 *
 * Node's fetch is undici. On Node, a response can crash the process in two ways, because undici throws an
 * error that cannot be caught:
 *
 * - Node 22 and 24: the response ends by closing the connection while its reader is slow
 *   (nodejs/undici#5360). undici 8.6 has the fix, and so has Node 26.
 * - Any Node: the response has more than five content codings.
 *
 * The returned function still calls the global fetch, so that tools that wrap it keep working. As the
 * `dispatcher`, it passes an agent of a newer undici, because the bugs are in that part of undici.
 */
export function defaultFetch(): Fetch | undefined {
  return process.versions['undici'] === undefined ? undefined : fetchThroughAgent
}

async function fetchThroughAgent(url: string, init: FetchInit): Promise<FetchResponse> {
  const kind = replaceableDispatcher()
  const dispatcher = kind && (await agentOf(kind))
  // The program may have set its own dispatcher in the meantime.
  if (dispatcher === undefined || replaceableDispatcher() !== kind) {
    return globalThis.fetch(url, init)
  }
  const initWithAgent: object = { ...init, dispatcher }
  return globalThis.fetch(url, initWithAgent)
}
