import { type FeedContext, pollInterval } from './feed-context.ts'
import { beat, leave } from './feed-scripts.ts'
import { type FeedName, FeedTerm } from './feed-term.ts'
import { Pause } from './pause.ts'

/** How long the keys are kept after the last sign of life of any instance, in ms. */
const keepFor = 600_000
const gap = JSON.stringify({ type: 'gap', reason: 'upstream' })

/** What the script {@link beat} returns. */
type BeatReply = [
  isLeader: number,
  left: number,
  wanted: string[],
  opened: string,
  isCounted: number,
]

/** What a member reports. */
export interface MemberSink {
  /**
   * The instance was silent for so long that its wishes no longer counted, for example because its process was stopped.
   * Quotes of its symbols may be missing.
   */
  onForgotten(): void
  /** Another attempt cannot help. */
  onFailure(error: unknown): void
}

/**
 * An instance among all that share a feed. It tells Redis regularly which symbols it follows, and that it is alive. One
 * of the instances leads.
 */
export class FeedMember {
  readonly #context: FeedContext
  readonly #symbols: ReadonlySet<string>
  readonly #sink: MemberSink
  readonly #instance = crypto.randomUUID()
  readonly #pause = new Pause()
  /** Identifies the leader in Redis. Each term needs its own token, because another instance may lead in between. */
  #token = crypto.randomUUID()
  #term: FeedTerm | undefined
  #running: Promise<void> | undefined
  #unlisten: (() => void) | undefined
  #isClosed = false
  /** The leader's connections to VecTrade, as of the last sign of life. Undefined if Redis does not answer. */
  #open: ReadonlySet<string> | undefined
  #wasConnected = false
  /** When the last sign of life that Redis has answered was sent. Undefined before the first one. */
  #heardAt: number | undefined
  /** Whether this instance has ever been connected to VecTrade. */
  #wasOpen = false

  constructor(context: FeedContext, symbols: ReadonlySet<string>, sink: MemberSink) {
    this.#context = context
    this.#symbols = symbols
    this.#sink = sink
  }

  /** Whether Redis answers, and the leader has these connections to VecTrade. */
  isConnected(names: readonly FeedName[]): boolean {
    return this.#open !== undefined && names.every((name) => this.#open?.has(name))
  }

  /** Whether a leader has ever been connected to VecTrade. */
  get wasConnected(): boolean {
    return this.#wasConnected
  }

  start(): void {
    const { wakeUps, channel } = this.#context
    this.#unlisten = wakeUps.listen(channel, (message) => {
      const mine = this.#term === undefined ? ['free', 'open'] : ['wish']
      if (mine.includes(message)) this.#pause.wake()
    })
    this.#running = this.#run().catch((error: unknown) => this.#sink.onFailure(error))
  }

  /** Call this after the symbols have changed. */
  change(): void {
    this.#pause.wake()
  }

  /** Ends the term of this instance, if it leads. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#pause.stop()
    this.#unlisten?.()
    const term = this.#endTerm()
    if (this.#running === undefined) return
    // A late sign of life would take the lease again.
    await Promise.all([term, this.#running])
    const { channel, settings } = this.#context
    const parameters = [channel, this.#token, settings.lease, this.#instance]
    // If Redis does not get this, the lease ends by itself.
    await this.#context.run(leave, parameters).catch(() => {})
  }

  async #run(): Promise<void> {
    // The first symbols are added right after the start.
    await Promise.resolve()
    while (!this.#isClosed) await this.#pause.wait(await this.#beat())
  }

  /** Shows a sign of life. Returns the ms until the next one. */
  async #beat(): Promise<number> {
    const { channel, settings } = this.#context
    const { lease } = settings
    const symbols = [...this.#symbols].join(',')
    const term = this.#term
    const open = term?.open ?? ''
    this.#wasOpen ||= open !== ''
    const parameters = [channel, this.#token, lease, keepFor, this.#instance, symbols, gap, open]
    const sentAt = performance.now()
    try {
      const reply = await this.#context.run(beat, parameters, term?.left)
      if (this.#isClosed) return 0
      const [isLeader, left, wanted, opened, isCounted] = reply as BeatReply
      const heardAt = this.#heardAt ?? Infinity
      // The reply that the wishes did not count may have come too late. Then this reply is later still.
      const wasSilent = performance.now() - heardAt > 2 * lease
      if (wasSilent || (heardAt !== Infinity && isCounted === 0)) this.#sink.onForgotten()
      this.#heardAt = sentAt
      this.#open = new Set(opened.split(' '))
      this.#wasConnected ||= opened !== ''
      if (isLeader === 1) this.#lead(sentAt, wanted)
      else if (term !== undefined) void this.#endTerm(term)
      // If the leader shows no more signs of life, take over just after the end of its lease.
      return isLeader === 1 ? lease / 3 : Math.min(lease / 3, left + 1)
    } catch (error) {
      this.#open = undefined
      this.#context.tolerate(error)
      if (term === undefined || this.#isClosed) return pollInterval
      if (term.left > 0) return Math.min(pollInterval, term.left)
      // Another instance may lead by now, and VecTrade allows few connections.
      void this.#endTerm(term)
      return pollInterval
    }
  }

  #lead(since: number, symbols: readonly string[]): void {
    this.#term ??= this.#newTerm()
    this.#term.confirm(since)
    this.#term.follow(symbols)
  }

  #newTerm(): FeedTerm {
    const term = new FeedTerm(this.#context, this.#token, {
      onChange: () => this.#pause.wake(),
      onLost: () => {
        void this.#endTerm(term)
        this.#pause.wake()
      },
      onFailure: (error) => this.#sink.onFailure(error),
      wasConnected: () => this.#wasOpen,
    })
    return term
  }

  /** Ends the term, unless another one has begun. */
  async #endTerm(term: FeedTerm | undefined = this.#term): Promise<void> {
    if (term === undefined || term !== this.#term) return
    this.#term = undefined
    if (!this.#isClosed) this.#token = crypto.randomUUID()
    await term.close()
  }
}
