import type { Fetch, FetchInit, FetchResponse } from '@vectrade/core'
import { agentOf } from './agents.ts'
import { replaceableDispatcher } from './replaceable-dispatcher.ts'

/**
 * What sends the requests of a client that was given no `fetch`. Undefined where that can be the
 * global fetch as it is: Bun and Deno have a fetch of their own.
 *
 * In Node a response can end the process in two ways, because undici, which is Node's fetch, fails where no one
 * can catch it:
 *
 * - Node 22 and 24: it ends by closing the connection while its reader is slow (nodejs/undici#5360). That
 *   is mended in undici 8.6, which Node 26 has.
 * - Any Node: it has more than five content codings.
 *
 * The global fetch is still what is called, so that what tools have put around it keeps working. It
 * is given an agent of a newer undici as its `dispatcher`, because the mistakes are in that part.
 */
export function defaultFetch(): Fetch | undefined {
  return process.versions['undici'] === undefined ? undefined : fetchThroughAgent
}

async function fetchThroughAgent(url: string, init: FetchInit): Promise<FetchResponse> {
  const kind = replaceableDispatcher()
  const dispatcher = kind && (await agentOf(kind))
  // The program may have chosen a dispatcher in the meantime.
  if (dispatcher === undefined || replaceableDispatcher() !== kind) {
    return globalThis.fetch(url, init)
  }
  const initWithAgent: object = { ...init, dispatcher }
  return globalThis.fetch(url, initWithAgent)
}
