import type { Fetch, FetchInit, FetchResponse } from '@vectrade/core'
import { agentOf } from './agents.ts'
import { replaceableDispatcher } from './replaceable-dispatcher.ts'

/**
 * What sends the requests of a client that was given no `fetch`. Undefined where that can be the
 * global fetch as it is.
 *
 * In Node 22 and 24 a response can end the process. It does when it ends by closing the connection
 * while its reader is slow: undici, which is Node's fetch, fails an assertion where no one can catch
 * it (nodejs/undici#5360). That is mended in undici 8.6, which Node 26 has. Bun and Deno have a
 * fetch of their own.
 *
 * The global fetch is still what is called, so that what tools have put around it keeps working. It
 * is given an agent of a newer undici as its `dispatcher`, because the mistake is in that part.
 */
export function defaultFetch(): Fetch | undefined {
  const [major = 0, minor = 0] = (process.versions['undici'] ?? '').split('.').map(Number)
  const isMended = major === 0 || major > 8 || (major === 8 && minor >= 6)
  return isMended ? undefined : fetchThroughAgent
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
