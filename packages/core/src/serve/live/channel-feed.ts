import type { VecTrade } from '../../client.ts'
import { ConnectionError } from '../../errors/connection-error.ts'
import { markHandled } from '../../lifetime/mark-handled.ts'
import { after } from '../../lifetime/timers.ts'
import type { LiveFeed } from '../../live/live-feed.ts'
import type { LiveRequest } from '../../live/live-options.ts'
import type { LiveState } from '../../live/live-state.ts'

/** How long a feed may try to reconnect before its readers are told, in ms. */
export const longestOutage = 10_000

/** The feed of a channel, and whether it is connected. */
export class ChannelFeed {
  readonly feed: LiveFeed
  readonly #onLost: (error: unknown) => void
  /** Resolves at the next change of the state. */
  #change: Promise<void> | undefined
  #onChange: (() => void) | undefined
  #stopTimer: (() => void) | undefined

  /**
   * @param onLost called if the feed has had no connection for a while
   * @throws ConfigurationError
   */
  constructor(
    client: Pick<VecTrade, 'live'>,
    request: LiveRequest,
    onLost: (error: unknown) => void,
  ) {
    this.#onLost = onLost
    this.feed = client.live.subscribe(request, {
      onStateChange: (state) => this.#onStateChange(state),
    })
  }

  /** Resolves once the feed is connected. Rejects if it has failed. */
  async connected(): Promise<void> {
    const { feed } = this
    while (feed.state === 'connecting' || feed.state === 'reconnecting') {
      this.#change ??= new Promise((resolve) => {
        this.#onChange = resolve
      })
      await this.#change
    }
    if (feed.state === 'closed') throw (await feed.closed).error ?? lost()
  }

  close(): void {
    this.#stopTimer?.()
    void markHandled(this.feed.close())
  }

  #onStateChange(state: LiveState): void {
    this.#onChange?.()
    this.#change = undefined
    this.#stopTimer?.()
    this.#stopTimer =
      state === 'reconnecting' ? after(longestOutage, () => this.#onLost(lost())) : undefined
  }
}

export function lost(): ConnectionError {
  return new ConnectionError('Live data is disconnected', 'connect')
}
