import { ConfigurationError } from '../errors/configuration-error.ts'
import type { Track } from '../lifetime/abort-scope.ts'
import type { CallWithLimits } from '../http/call.ts'
import { leveledLogger } from '../options/leveled-logger.ts'
import { Delivery } from './delivery.ts'
import { FeedEngine } from './feed-engine.ts'
import type { FeedRequest } from './feed-source.ts'
import { silenceLimit, type LiveOptions, type LiveRequest } from './live-options.ts'
import { type ChannelSockets, SocketSource } from './socket-source.ts'
import { SseSource } from './sse-source.ts'

/** What the feeds of a client share. */
export interface LiveConnections {
  track: Track
  /** Filled at the first use. */
  sockets: ChannelSockets
}

/**
 * Starts a feed. Pages load this module, and all that it imports, with their first feed.
 *
 * @throws ConfigurationError if the feed would never bring anything, or on a wrong `delivery`
 */
export function openFeed(
  unlogged: CallWithLimits,
  symbols: Set<string>,
  { symbols: given, channels = ['quotes'] }: LiveRequest,
  options: LiveOptions,
  { track, sockets }: LiveConnections,
): FeedEngine {
  // An empty array says that symbols are added later.
  if (given === undefined && channels.every((channel) => channel === 'quotes')) {
    throw new ConfigurationError(
      "Quotes need `symbols`, such as { symbols: ['NVDA'] }. To add them later, pass { symbols: [] }",
    )
  }
  const call = { ...unlogged, logger: leveledLogger(unlogged.log) }
  const { delivery = 'every', lastEventId = '', signal, onStateChange } = options
  const { heartbeatTimeout = silenceLimit.default } = options
  const waiting = new Delivery(delivery, lastEventId)
  const engine = new FeedEngine(symbols, waiting, onStateChange)
  const request: FeedRequest = {
    symbols,
    channels: [...new Set(channels)],
    heartbeatTimeout,
    lastEventId: () => waiting.newestId,
  }
  const source = /^wss?:/.test(call.url)
    ? new SocketSource(sockets, { call, heartbeatTimeout }, request, engine)
    : new SseSource(call, request, engine)
  engine.start(source, signal, track)
  return engine
}
