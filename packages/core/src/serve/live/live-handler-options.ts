import type { VecTrade } from '../../client.ts'
import { ConfigurationError } from '../../errors/configuration-error.ts'
import { isRecord } from '../../events/json.ts'
import { milliseconds, wholeNumber } from '../../lifetime/check-limit.ts'
import {
  type Check,
  checkFunction,
  checkLogger,
  checkOptions,
  type Checks,
  checkThat,
} from '../../lifetime/check-options.ts'
import type { Logger } from '../../lifetime/logger.ts'
import { checkSymbols } from '../../live/live-options.ts'
import { checkClient } from '../../options/check-client.ts'
import { heartbeatLimit } from '../../relay/heartbeat.ts'
import type { Authorization } from '../authorization.ts'
import { checkCors } from '../cors.ts'
import { endpointLogger } from '../endpoint-logger.ts'
import type { HandlerOptions } from '../handler-options.ts'
import {
  ClientUpstream,
  FeedUpstream,
  type LiveFeedLike,
  type LiveUpstream,
} from './live-upstream.ts'
import { checkPublicOrigin } from '../page-origin.ts'

/**
 * The result of the `authorize` of `createLiveHandler`. `{ symbols }` lets the request pass, and narrows it to these
 * symbols: others that it asks for are left out. If the request names no symbols, it gets the alerts and news about
 * these.
 */
export type LiveAuthorization = Authorization | { readonly symbols: readonly string[] }

/** How much is kept for readers that come back. Both limits apply. */
export interface LiveReplayOptions {
  /** The most events. 0 keeps none. Default 1 000. */
  events?: number | undefined
  /** The longest time, in ms. Default 60 000. */
  ms?: number | undefined
}

/** Where the events come from: VecTrade, or a feed of your own. */
export type LiveHandlerSource =
  | {
      /** The client that connects to VecTrade with your key. Pass it, or a `feed`. */
      client: Pick<VecTrade, 'live'>
      /** Not with a `client`. */
      feed?: undefined
    }
  | {
      /** Not with a `feed`. */
      client?: undefined
      /**
       * The events for all readers, such as a `LiveFeed`. Reading starts with the first request, and goes on until the
       * feed ends. If it has `add` and `remove`, it is told which symbols are followed. Otherwise it should bring all
       * symbols.
       */
      feed: LiveFeedLike
    }

/** The options of `createLiveHandler`. */
export type LiveHandlerOptions = LiveHandlerSource & LiveHandlerSettings

/** The options of `createLiveHandler` that do not depend on where the events come from. */
export interface LiveHandlerSettings extends Pick<
  HandlerOptions,
  'cors' | 'publicOrigin' | 'heartbeat'
> {
  /**
   * Decides which requests may pass, and which symbols they may follow. If it throws, the caller gets a 500. Default:
   * all pass.
   */
  authorize?: ((request: Request) => LiveAuthorization | Promise<LiveAuthorization>) | undefined
  /**
   * ms after which `authorize` is asked again about a request that is still being answered. If the result has changed,
   * the response ends, and the reader gets the new result when it comes back. 0 never asks again. Default 300 000.
   */
  reauthorizeAfter?: number | undefined
  /**
   * The symbols that exist: a list, or a function that knows them. A request for another one gets a 422. Default: any.
   */
  symbols?: readonly string[] | ((symbol: string) => boolean) | undefined
  /** The most symbols of one request. A request for more gets a 422. Default 50. */
  maxSymbols?: number | undefined
  /** Events that are kept for readers that come back after a cut. */
  replay?: LiveReplayOptions | undefined
  /** Returns the owner of a request, such as a user's id, for `maxStreamsPerOwner`. Default: all are one owner. */
  owner?: ((request: Request) => string | Promise<string>) | undefined
  /**
   * The most responses of one owner that are open at the same time. A request over the limit gets a 429. Each instance
   * counts by itself. Default: 20 with `owner`, no limit without.
   */
  maxStreamsPerOwner?: number | undefined
  /**
   * Called with the errors of `authorize`, `owner`, `symbols` and the endpoint itself, and when VecTrade refuses the
   * client, for example because its key is wrong. The caller gets no details. Default: `console.error`.
   */
  onError?: ((error: unknown) => void) | undefined
  /**
   * Gets a warning when live data is not available, even if it comes from your own `feed`. Default: the logger of the
   * `client`, or `console` if the client has a level.
   */
  logger?: Logger | undefined
}

const replayChecks: Checks<LiveReplayOptions> = {
  events: /* @__PURE__ */ wholeNumber(1000),
  ms: /* @__PURE__ */ milliseconds(60_000),
}

const checkReplay: Check = (name, value) =>
  checkOptions<LiveReplayOptions>(value as LiveReplayOptions, replayChecks, name)

const checkKnownSymbols: Check = (name, value) => {
  if (typeof value !== 'function') checkSymbols(name, value)
}

const liveHandlerChecks: Checks<LiveHandlerSettings & { client?: unknown; feed?: unknown }> = {
  client: /* @__PURE__ */ checkClient('live', 'subscribe'),
  feed: /* @__PURE__ */ checkThat(
    'an async iterable of events, such as a LiveFeed',
    (value) =>
      isRecord(value) &&
      typeof (value as { [Symbol.asyncIterator]?: unknown })[Symbol.asyncIterator] === 'function',
  ),
  authorize: checkFunction,
  reauthorizeAfter: /* @__PURE__ */ milliseconds(300_000),
  symbols: checkKnownSymbols,
  maxSymbols: /* @__PURE__ */ wholeNumber(50, 1),
  replay: checkReplay,
  heartbeat: heartbeatLimit,
  owner: checkFunction,
  maxStreamsPerOwner: /* @__PURE__ */ wholeNumber(20, 1),
  cors: checkCors,
  publicOrigin: checkPublicOrigin,
  onError: checkFunction,
  logger: checkLogger,
}

/** The options with their defaults. */
export interface ResolvedLiveOptions extends LiveHandlerSettings {
  upstream: LiveUpstream
  heartbeat: number
  reauthorizeAfter: number
  maxSymbols: number
  replay: { events: number; ms: number }
}

/** @throws ConfigurationError if an option is wrong */
export function resolveLiveOptions(options: LiveHandlerOptions): ResolvedLiveOptions {
  checkOptions<LiveHandlerSettings & { client?: unknown; feed?: unknown }>(
    options,
    liveHandlerChecks,
  )
  const { client, feed, ...rest } = options
  const { heartbeat, reauthorizeAfter, maxSymbols, replay } = rest
  const { maxStreamsPerOwner } = rest
  return {
    ...rest,
    upstream: upstreamFrom(client, feed),
    logger: endpointLogger(rest, client?.live.log)('warn'),
    heartbeat: heartbeat ?? heartbeatLimit.default,
    reauthorizeAfter: reauthorizeAfter ?? liveHandlerChecks.reauthorizeAfter.default,
    maxSymbols: maxSymbols ?? liveHandlerChecks.maxSymbols.default,
    replay: {
      events: replay?.events ?? replayChecks.events.default,
      ms: replay?.ms ?? replayChecks.ms.default,
    },
    maxStreamsPerOwner:
      maxStreamsPerOwner ?? (rest.owner && liveHandlerChecks.maxStreamsPerOwner.default),
  }
}

function upstreamFrom(
  client: LiveHandlerOptions['client'],
  feed: LiveHandlerOptions['feed'],
): LiveUpstream {
  if (client !== undefined && feed === undefined) return new ClientUpstream(client)
  if (feed !== undefined && client === undefined) return new FeedUpstream(feed)
  throw new ConfigurationError('Pass createLiveHandler either a `client` or a `feed`')
}
