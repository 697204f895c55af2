import { type LiveChannel, liveChannels } from '../events/live-event.ts'
import type { Abortable } from '../lifetime/abort-source.ts'
import { milliseconds } from '../lifetime/check-limit.ts'
import {
  type Check,
  checkFunction,
  checkOptions,
  type Checks,
  checkSignal,
  checkThat,
  type Limit,
} from '../lifetime/check-options.ts'
import type { HeaderValues } from '../options/headers.ts'
import { checkEventId } from '../options/options.ts'
import type { LiveDelivery } from './delivery.ts'
import type { LiveState } from './live-state.ts'

/** What to follow. */
export interface LiveRequest {
  /**
   * Ticker symbols, such as `['NVDA']`. The feed gets their quotes, and the alerts and news about them. Without
   * symbols, it gets all alerts and news. Default: none.
   */
  symbols?: readonly string[] | undefined
  /** The kinds of data to get: `quotes`, `alerts` and `news`. Default `['quotes']`. */
  channels?: readonly LiveChannel[] | undefined
}

/** How to follow it. */
export interface LiveOptions {
  /** Aborting it ends the feed. */
  signal?: Abortable | undefined
  /** The `lastEventId` of an earlier feed, to continue after it. WebSockets have no ids. Default: none. */
  lastEventId?: string | undefined
  /** What happens to events that arrive faster than they are read. Default `every`. */
  delivery?: LiveDelivery | undefined
  /**
   * The longest time without a byte, in ms. After that, another connection replaces this one. 0 is no limit. Default
   * 45 000.
   *
   * With a WebSocket, it has no effect until the server has sent two heartbeat messages, at least a second apart,
   * because a closed market is silent. Feeds that share a WebSocket use the limit of the feed that opened it.
   */
  heartbeatTimeout?: number | undefined
  /**
   * Called after each change of `feed.state`, for example to show it. An error that it throws is uncaught, as in an
   * event listener.
   */
  onStateChange?: ((state: LiveState) => void) | undefined
  /**
   * Headers of this feed's requests. They replace the client's headers of the same name. Feeds that share a WebSocket
   * use the headers of the feed that opened it.
   */
  headers?: HeaderValues | undefined
}

/** Checks for ticker symbols. A comma would separate two of them in a URL. */
export const checkSymbols: Check = /* @__PURE__ */ checkThat(
  "an array of symbols such as ['NVDA']",
  (value) =>
    Array.isArray(value) &&
    value.every((symbol) => typeof symbol === 'string' && /^[^\s,]+$/.test(symbol)),
)

/** Checks for channels of live data. */
export const checkChannels: Check = /* @__PURE__ */ checkThat(
  `an array of ${liveChannels.join(', ')}`,
  (value) =>
    Array.isArray(value) && value.length > 0 && value.every((name) => liveChannels.includes(name)),
)

const requestChecks: Checks<LiveRequest> = { symbols: checkSymbols, channels: checkChannels }

/** The default of `heartbeatTimeout`, and its check. */
export const silenceLimit: Limit = /* @__PURE__ */ milliseconds(45_000)

/** {@link createCall} checks the headers, and the feed checks `delivery` when it is loaded. */
const optionChecks: Checks<Omit<LiveOptions, 'headers' | 'delivery'>> = {
  signal: checkSignal,
  lastEventId: checkEventId,
  heartbeatTimeout: silenceLimit,
  onStateChange: checkFunction,
}

/**
 * Checks what to follow and how, except the headers and `delivery`. `createCall` checks the headers. The feed checks
 * `delivery` when it is loaded.
 *
 * @throws ConfigurationError on a wrong option
 */
export function checkSubscription(request: LiveRequest, options: LiveOptions): void {
  checkOptions(request, requestChecks)
  checkOptions<Omit<LiveOptions, 'headers' | 'delivery'>>(options, optionChecks)
}
