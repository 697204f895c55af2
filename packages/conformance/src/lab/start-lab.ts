import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { type Sandbox, type SandboxRequest, startSandbox } from '@vectrade/sandbox'
import { startStopwatch } from '@vectrade/test-kit/stopwatch'
import { delay } from '@vectrade/test-kit/delay'
import { steady } from '@vectrade/test-kit/steady'
import { callFromOutside, type OutsideCall } from './call.ts'
import { storedEndpoint } from './stored-endpoint.ts'
import { opaqueIds } from './opaque-ids.ts'
import { passOn } from './page-endpoint.ts'
import { type Caller, vanish } from './vanish.ts'

/** The outcome of one case on one runtime. */
export interface CaseResult {
  runtime: string
  name: string
  /** Absent if the case passed. */
  failure?: string
  /** How the runtime identifies itself. */
  where?: string
}

/** The server that the suite needs: a sandbox with its records, and the files of pages. */
export interface LabServer extends AsyncDisposable {
  readonly url: string
  readonly results: readonly CaseResult[]
}

export interface LabPage {
  type: string
  text: string
}

const pageHeaders = {
  // Any port of this machine is allowed. The SDK must make sure that nothing is sent elsewhere.
  'content-security-policy':
    "default-src 'none'; script-src 'self'; connect-src 'self' http://127.0.0.1:*",
}

/** @param pages the files that pages load, by path */
export async function startLab(pages: Record<string, LabPage> = {}): Promise<LabServer> {
  const sandbox = await startSandbox({ heartbeat: 0, live: { interval: 25 } })
  let elsewhere: Sandbox | undefined
  const stored = storedEndpoint(sandbox)
  const results: CaseResult[] = []

  const answer = async (incoming: IncomingMessage): Promise<unknown> => {
    const { pathname, searchParams: query } = new URL(incoming.url ?? '/', 'http://lab')
    switch (pathname) {
      case '/lab':
        return {
          baseURL: sandbox.url,
          apiKey: sandbox.apiKey,
          liveURL: sandbox.liveURL,
          elsewhere: elsewhere?.url,
        }
      case '/requests':
        return await requests((query.get('where') === 'elsewhere' && elsewhere) || sandbox, query)
      case '/vanish': {
        const caller = JSON.parse(await text(incoming)) as Caller
        await vanish(caller, () => sentTo(sandbox, caller))
        return {}
      }
      case '/call':
        return await callFromOutside(JSON.parse(await text(incoming)) as OutsideCall)
      case '/results':
        results.push(JSON.parse(await text(incoming)) as CaseResult)
        return {}
      default:
        throw new Error(`There is no ${pathname}`)
    }
  }

  const server = createServer((incoming, outgoing) => {
    const path = incoming.url ?? '/'
    const page = pages[path]
    if (page !== undefined) {
      outgoing.writeHead(200, { 'content-type': page.type, ...pageHeaders }).end(page.text)
    } else if (path.startsWith('/stored')) {
      stored(incoming, outgoing)
    } else if (path.startsWith('/opaque-ids')) {
      opaqueIds(incoming, outgoing)
    } else if (path.startsWith('/v1/')) {
      passOn(incoming, outgoing, new URL(sandbox.url), sandbox.apiKey)
    } else {
      answer(incoming).then(
        (value) => outgoing.end(JSON.stringify(value)),
        (error: unknown) => outgoing.writeHead(500).end(String(error)),
      )
    }
  })
  // A runtime may compute for a while before it uses its connection again.
  server.keepAliveTimeout = 300_000
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  // It accepts requests from the lab's pages. If nothing arrives, nothing was sent.
  elsewhere = await startSandbox({ heartbeat: 0, allowedOrigins: [url] })
  return {
    url,
    results,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await Promise.all([sandbox.close(), elsewhere?.close()])
    },
  }
}

/**
 * Returns the requests of a call: at once, when this many events are sent, or when all have ended.
 */
async function requests(sandbox: Sandbox, query: URLSearchParams): Promise<SandboxRequest[]> {
  const call = query.get('call') ?? ''
  const ofCall = (): SandboxRequest[] =>
    sandbox.requests.filter(
      ({ method, headers, path }) =>
        method !== 'OPTIONS' && (headers['x-lab-call'] === call || path.includes(call)),
    )
  if (query.has('sent')) {
    const events = Number(query.get('sent'))
    await until(() => ofCall().some(({ eventsSent }) => eventsSent >= events))
  }
  if (query.has('within')) {
    // The promise is for a machine that is not busy with something else.
    const watch = startStopwatch()
    const ms = Number(query.get('within'))
    await until(
      () => ofCall().every(({ closed }) => closed !== undefined),
      () => watch.ms < ms,
    )
  }
  return ofCall()
}

/**
 * Resolves when the call has arrived. For an unread caller, waits until the buffers on the way are
 * full.
 */
async function sentTo(sandbox: Sandbox, { call, unread }: Caller): Promise<void> {
  const sent = (): number | undefined =>
    sandbox.requests.find(({ headers }) => headers['x-lab-call'] === call)?.bytesSent
  await until(() => sent() !== undefined)
  if (!unread) return
  await until(() => (sent() ?? 0) > 0)
  await steady(() => sent() ?? 0)
}

/** Waits until something holds, or until there is no more time. */
async function until(holds: () => boolean, hasTime = isPatient()): Promise<void> {
  while (!holds() && hasTime()) await delay(5)
}

/** Returns a function that tells whether less than half a minute has passed. */
function isPatient(): () => boolean {
  const start = performance.now()
  return () => performance.now() - start < 30_000
}
