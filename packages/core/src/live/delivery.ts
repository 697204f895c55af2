import { SlowConsumerError } from '../errors/slow-consumer-error.ts'
import { isRecord } from '../events/json.ts'
import type { GapEvent, LiveEvent } from '../events/live-event.ts'
import { wholeNumber } from '../lifetime/check-limit.ts'
import { checkOptions, type Checks, checkThat } from '../lifetime/check-options.ts'
import { Queue } from '../lifetime/queue.ts'

/**
 * What happens to events that arrive faster than they are read.
 *
 * - `every`: up to 10 000 events wait. Then the oldest is dropped, and a `gap` event tells how many were.
 * - `latest`: only the newest quote of each symbol waits. Alerts and news are treated as with `every`.
 * - an object: as `every`, with another `buffer`. With `overflow: 'error'` the feed fails with a
 *   SlowConsumerError instead of dropping events.
 */
export type LiveDelivery =
  | 'every'
  | 'latest'
  | { buffer?: number | undefined; overflow?: 'drop-oldest' | 'error' | undefined }

type Buffer = Exclude<LiveDelivery, string>

/** The checks of `delivery`. Pages load them with their first feed. */
const bufferChecks: Checks<Buffer> = {
  buffer: wholeNumber(10_000, 1),
  overflow: checkThat("'drop-oldest' or 'error'", (value) =>
    ['drop-oldest', 'error'].includes(value as string),
  ),
}

const checkDelivery = checkThat(
  "'every', 'latest' or an object with `buffer` and `overflow`",
  (value) => ['every', 'latest'].includes(value as string),
)

interface Waiting {
  event: LiveEvent
  /** The last id before this event. A reader that resumes after it misses nothing. */
  since: string
}

/** The events of a feed that have arrived and were not read yet. */
export class Delivery {
  /**
   * The id to resume after: that of the last event that was taken. If a newer quote has replaced one that waits, it is
   * the last id before the first event that waits.
   */
  lastEventId: string
  /** The id of the last event that arrived. */
  #newestId: string
  readonly #queue = new Queue<Waiting>()
  /** The waiting quote of each symbol. Undefined unless `delivery` is `latest`. */
  readonly #quotes: Map<string, Waiting> | undefined
  readonly #buffer: number
  readonly #fails: boolean
  /** Reports dropped events. It is delivered before the events that wait. */
  #gap: GapEvent | undefined

  /** @throws ConfigurationError on a wrong `delivery` */
  constructor(delivery: LiveDelivery, lastEventId: string) {
    if (isRecord(delivery)) checkOptions<Buffer>(delivery, bufferChecks, 'delivery')
    else checkDelivery('delivery', delivery)
    const { buffer = bufferChecks.buffer.default, overflow } = isRecord(delivery) ? delivery : {}
    this.#quotes = delivery === 'latest' ? new Map() : undefined
    this.#buffer = buffer
    this.#fails = overflow === 'error'
    this.lastEventId = this.#newestId = lastEventId
  }

  /** The id of the last event that arrived. A new connection continues after it. */
  get newestId(): string {
    return this.#newestId
  }

  /**
   * Adds an event that has arrived.
   *
   * @param id the id of the event, `''` if it has none
   * @throws SlowConsumerError if too many events wait, and dropping them is not allowed
   */
  add(event: LiveEvent, id: string): void {
    const since = this.#newestId
    if (id !== '') this.#newestId = id
    const symbol = event.type === 'quote.update' ? event.symbol : undefined
    const quote = symbol === undefined ? undefined : this.#quotes?.get(symbol)
    if (quote !== undefined) {
      // It keeps its place, so that a symbol with many quotes is delivered as soon as the others.
      quote.event = event
      return
    }
    const waiting = { event, since }
    this.#queue.add(waiting)
    if (symbol !== undefined) this.#quotes?.set(symbol, waiting)
    if (this.#queue.length > this.#buffer) this.#overflow()
  }

  /** Notes an event that is not delivered. */
  skip(id: string): void {
    if (id !== '') this.#newestId = id
    if (this.#queue.length === 0 && this.#gap === undefined) this.lastEventId = this.#newestId
  }

  /** Takes the next event, or returns undefined if none waits. */
  take(): LiveEvent | undefined {
    const event = this.#gap ?? this.#shift()
    this.#gap = undefined
    if (event !== undefined) this.lastEventId = this.#queue.at(0)?.since ?? this.#newestId
    return event
  }

  #shift(): LiveEvent | undefined {
    const event = this.#queue.take()?.event
    if (event?.type === 'quote.update') this.#quotes?.delete(event.symbol)
    return event
  }

  #overflow(): void {
    if (this.#fails) throw new SlowConsumerError(this.#buffer)
    this.#shift()
    const since = this.lastEventId
    this.#gap ??= {
      type: 'gap',
      reason: 'slow_consumer',
      ...(since !== '' && { since }),
      dropped: 0,
    }
    this.#gap.dropped = (this.#gap.dropped ?? 0) + 1
  }
}
