import { ConfigurationError } from '../../errors/configuration-error.ts'
import { VecTradeError } from '../../errors/vectrade-error.ts'
import { within } from '../../lifetime/timers.ts'
import { whenAborted } from '../../lifetime/abort-source.ts'
import { forgetCollected, whenCollected } from '../../lifetime/finalization.ts'
import { warnAbout } from '../../lifetime/logger.ts'
import { isFinal } from '../../live/is-final.ts'
import { streamFrom } from '../../relay/direct-source.ts'
import { eventStreamHeaders } from '../../relay/readable.ts'
import { runCallback } from '../callback-error.ts'
import type { Handler } from '../handler.ts'
import { authorizeLive, type LivePermission } from './live-authorization.ts'
import {
  type LiveHandlerOptions,
  type ResolvedLiveOptions,
  resolveLiveOptions,
} from './live-handler-options.ts'
import { LiveHub } from './live-hub.ts'
import type { LiveReader } from './live-reader.ts'
import { type LiveWish, readLiveRequest } from './live-request.ts'
import { type LiveSubscription, subscriptionTo } from './live-subscription.ts'
import { Reauthorization } from './reauthorization.ts'
import { invalidRequest, Refusal } from '../refusal.ts'
import { ownerOf, report, respond } from '../respond.ts'
import { RunningStreams } from '../running-streams.ts'

/** How long a symbol or a channel is still read after its last reader has left, in ms. A page may just be reloading. */
const linger = 2_000
/** How long a request waits until this server is connected, in ms. */
const longestConnect = 8_000
/** When a reader should try again if this server is not connected, in seconds. */
const retryAfter = 5

/**
 * Creates the endpoint from which pages and services get live data without a key. All of them share one connection to
 * VecTrade for each channel.
 *
 * The endpoint takes a `GET` with `?symbols=NVDA,AMD&channels=quotes,news` and answers with Server-Sent Events that do
 * not end: first the latest known quotes, then all changes. After a cut, a reader continues where it was. If that is
 * not possible, it gets a `gap` event. A reader that is too slow gets a `gap` and the latest quotes. Alerts are those
 * of your key, and all callers get them unless `authorize` decides otherwise.
 *
 * Pages of other origins are refused unless `cors` allows them. The handler keeps its feed for all requests, so create
 * it once.
 *
 * @throws ConfigurationError if an option is wrong
 * @example
 * ```ts
 * import { createLiveHandler, VecTrade } from '@vectrade/core'
 *
 * const client = new VecTrade({ apiKey: 'vq_example' })
 * const handler = createLiveHandler({ client, symbols: ['NVDA', 'AMD'] })
 * const response = await handler(new Request('https://example.com/api/live?symbols=OTHER'))
 * console.log(response.status) // 422
 * ```
 */
export function createLiveHandler(options: LiveHandlerOptions): Handler {
  const endpoint = new LiveEndpoint(resolveLiveOptions(options))
  return (request) => endpoint.handle(request)
}

/** Turns requests into responses. */
class LiveEndpoint {
  readonly #options: ResolvedLiveOptions
  readonly #isAllowed: (symbol: string) => boolean
  readonly #hub: LiveHub
  readonly #running: RunningStreams
  readonly #reauthorization: Reauthorization

  constructor(options: ResolvedLiveOptions) {
    const { upstream, symbols, replay, heartbeat, logger } = options
    this.#options = options
    this.#isAllowed = knows(symbols)
    this.#running = new RunningStreams(options.maxStreamsPerOwner, tooManyReaders)
    this.#reauthorization = new Reauthorization(options.reauthorizeAfter)
    this.#hub = new LiveHub(upstream, {
      replay,
      heartbeat,
      linger,
      isAllowed: this.#isAllowed,
      onError: (error) => report(error, options),
      onFailure: (error) => {
        // VecTrade would refuse the next attempt, too.
        if (isMistake(error) || isFinal(error, false)) report(error, options)
        else warnAbout(logger, 'live.failed', 'vectrade: live data has failed', error)
      },
      onReplayFailure: (error) => {
        if (isMistake(error)) report(error, options)
        else warnAbout(logger, 'live.failed', 'vectrade: missed live data cannot be read', error)
      },
    })
  }

  handle(request: Request): Promise<Response> {
    return respond(request, this.#options, 'GET', (allow) => this.#route(request, allow))
  }

  async #route(request: Request, allow: string): Promise<Response> {
    if (request.method !== 'GET') throw new Refusal(405, 'Use GET', { allow }, invalidRequest())
    const permission = await this.#authorize(request)
    if (!('symbols' in permission)) return permission
    const owner = await ownerOf(request, this.#options)
    const { maxSymbols, upstream } = this.#options
    const limits = { maxSymbols, channels: upstream.channels, isAllowed: this.#isAllowed }
    const wish = await runCallback(() => readLiveRequest(request, limits))
    const subscription = subscriptionTo(wish, permission.symbols)
    if (wish.symbols.size > 0 && subscription.about?.size === 0) {
      throw new Refusal(403, 'You may not follow these symbols')
    }
    // A 204 tells the reader not to come back.
    if (this.#hub.hasEnded(subscription)) return new Response(null, { status: 204 })
    const onLeave = this.#running.enter(owner)
    try {
      const reader = await this.#join(subscription, wish, request.signal)
      return this.#open(reader, request, subscription.key, onLeave)
    } catch (error) {
      onLeave()
      throw error
    }
  }

  /** Adds a reader, and waits for the connection. @throws Refusal with a 503 if VecTrade cannot be reached */
  async #join(
    subscription: LiveSubscription,
    wish: LiveWish,
    signal: AbortSignal,
  ): Promise<LiveReader> {
    let reader: LiveReader | undefined
    try {
      reader = await this.#hub.join(subscription, wish)
      const isConnected = this.#hub.connected(subscription).then(() => true)
      if (await within(isConnected, longestConnect, signal)) return reader
    } catch (error) {
      reader?.end()
      // Any failure of the connection was reported or logged by `onFailure`.
      if (isMistake(error)) throw error
    }
    reader?.end()
    throw new Refusal(503, 'Live data is not available', { 'retry-after': String(retryAfter) })
  }

  #authorize(request: Request): Promise<LivePermission | Response> {
    return runCallback(() => authorizeLive(request, this.#options.authorize))
  }

  /** Responds with the stream of a reader. The reader leaves with its caller. */
  #open(reader: LiveReader, request: Request, key: string, onLeave: () => void): Response {
    const end = (): void => reader.end()
    const mayStay = (): Promise<boolean> => this.#mayStay(request, key)
    const forget = this.#options.authorize && this.#reauthorization.add(mayStay, end)
    const unlink = whenAborted(request.signal, end)
    reader.whenLeft(() => {
      forget?.()
      unlink()
      onLeave()
      forgetCollected(reader)
    })
    const body = streamFrom(reader)
    whenCollected(body, end, reader)
    return new Response(body, { headers: eventStreamHeaders })
  }

  /** Whether the request would get the same subscription if it came now. */
  async #mayStay(request: Request, key: string): Promise<boolean> {
    try {
      const permission = await authorizeLive(request, this.#options.authorize)
      if (!('symbols' in permission)) {
        await permission.body?.cancel()
        return false
      }
      const limits = { maxSymbols: Infinity, isAllowed: () => true }
      const wish = readLiveRequest(request, limits)
      return subscriptionTo(wish, permission.symbols).key === key
    } catch (error) {
      if (!(error instanceof Refusal)) report(error, this.#options)
      return false
    }
  }
}

/** Whether an error is a mistake of this server, and not a failure of its connection. */
function isMistake(error: unknown): boolean {
  return !VecTradeError.isInstance(error) || error instanceof ConfigurationError
}

function knows(symbols: LiveHandlerOptions['symbols']): (symbol: string) => boolean {
  if (typeof symbols === 'function') {
    return (symbol) => {
      // A promise would let everything pass.
      const isKnown: unknown = symbols(symbol)
      return isKnown === true
    }
  }
  const known = symbols && new Set(symbols)
  return (symbol) => known === undefined || known.has(symbol)
}

function tooManyReaders(max: number): Refusal {
  return new Refusal(
    429,
    `You have ${max} live streams open, which is the limit: close one of them`,
  )
}
