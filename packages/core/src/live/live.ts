import { ConnectionError } from '../errors/connection-error.ts'
import type { Track } from '../lifetime/abort-scope.ts'
import { createCall } from '../http/call.ts'
import type { KeyHeader } from '../http/key-header.ts'
import type { LogSettings } from '../options/log-level.ts'
import type { Settings } from '../options/options.ts'
import { LiveFeed } from './live-feed.ts'
import { checkSubscription, type LiveOptions, type LiveRequest } from './live-options.ts'
import type { LiveConnections } from './open-feed.ts'

/** Live quotes, alerts and news, as `client.live`. */
export class Live {
  readonly #settings: Settings
  readonly #key: KeyHeader | undefined
  readonly #connections: LiveConnections

  /** @internal */
  constructor(settings: Settings, key: KeyHeader | undefined, track: Track) {
    this.#settings = settings
    this.#key = key
    this.#connections = { track, sockets: new Map() }
  }

  /** @internal */
  get log(): LogSettings {
    return this.#settings.log
  }

  /**
   * Follows symbols. Returns at once, and connects in the background.
   *
   * With a key, it uses VecTrade's WebSockets, one for each channel, which all feeds of the client share. With an
   * `endpoint`, or a `liveURL` of http, it uses Server-Sent Events.
   *
   * @throws ConfigurationError if there is no key, or on a wrong option. A wrong `delivery`, and a request for quotes
   *   without `symbols`, fail the feed instead.
   * @example
   * ```ts
   * import { VecTrade } from '@vectrade/core'
   *
   * const client = new VecTrade({ apiKey: 'vq_example' })
   * const feed = client.live.subscribe({ symbols: ['NVDA', 'AMD'] })
   * feed.state // 'connecting'
   * await feed.close()
   * ```
   */
  subscribe(request: LiveRequest, options: LiveOptions = {}): LiveFeed {
    checkSubscription(request, options)
    const settings = this.#settings
    const call = createCall(settings, this.#key, settings.liveTarget, options, {})
    const symbols = new Set(request.symbols)
    const loading = import('./open-feed.ts').then(
      ({ openFeed }) => openFeed(call, symbols, request, options, this.#connections),
      // A page may be offline by now.
      (cause: unknown) => {
        throw new ConnectionError('The code for live data could not be loaded', 'connect', {
          cause,
        })
      },
    )
    return new LiveFeed(symbols, options, loading)
  }
}
