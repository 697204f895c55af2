import type { LiveChannel } from './live/live-event.ts'
import { membersOf } from './members-of.ts'
import { basePaths } from './options.ts'
import { Refusal } from './refusal.ts'

/** What is at a path. */
export type Route =
  | { type: 'analysis' }
  | { type: 'live' }
  | { type: 'socket'; channel: LiveChannel }

/** The channels, which also are the ends of the paths of WebSockets. */
export const liveChannels: readonly LiveChannel[] = membersOf<LiveChannel>({
  quotes: true,
  alerts: true,
  news: true,
})

const routes = [
  { end: '/ai/analyze', method: 'POST', type: 'analysis' },
  { end: '/live', method: 'GET', type: 'live' },
] as const

/**
 * Returns what is at a path.
 *
 * @param served the base paths that the sandbox serves
 * @throws Refusal with status 404 if there is nothing
 */
export function routeOf(pathname: string, served: readonly string[]): Route {
  const channel = liveChannels.find((each) => pathname === `/ws/v1/${each}`)
  if (channel !== undefined) return { type: 'socket', channel }
  const at = (paths: readonly string[]): (typeof routes)[number] | undefined =>
    routes.find(({ end }) => paths.some((basePath) => pathname === basePath + end))
  const route = at(served)
  if (route !== undefined) return { type: route.type }
  // The message does not name the other base path, because a real deployment does not know it.
  const elsewhere = at(basePaths)
  if (elsewhere !== undefined) {
    const call = `${elsewhere.method} ${pathname}`
    throw new Refusal(404, `This sandbox does not serve ${call}: it has another \`basePath\``)
  }
  const [analyses, live] = routes.map(({ method, end }) =>
    served.map((basePath) => `${method} ${basePath}${end}`).join(' and '),
  )
  const sockets = liveChannels.map((each) => `/ws/v1/${each}`).join(', ')
  throw new Refusal(
    404,
    `There is nothing at this path. This sandbox serves ${analyses}, ${live}, and WebSockets at ${sockets}`,
  )
}

/**
 * Refuses any other method.
 *
 * @throws Refusal with status 405
 */
export function checkMethod(method: string, allowed: 'GET' | 'POST'): void {
  if (method === allowed) return
  throw new Refusal(405, `Use ${allowed}, not ${method}`, { headers: { allow: allowed } })
}
