// Readers of an endpoint. Arguments: the URL of most of them, the URL of those whose connections stall, and a seed.
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { type LiveDelivery, type LiveEnd, type LiveFeed, VecTrade } from '@vectrade/node'
import { processState } from '../../process-state.ts'
import { serveCalls } from '../../program.ts'
import { Random } from '../../random.ts'
import { burstSymbol, steadySymbols } from '../numbered-quote.ts'
import { QuoteCheck } from '../quote-check.ts'

/** `steady` reads at once. `sleeper` takes no events for a while. The connection of a `staller` stalls. */
type Kind = 'steady' | 'sleeper' | 'staller'

const [, , steadyUrl = '', stallingUrl = '', seed = ''] = process.argv
const clients: Record<Kind, VecTrade> = {
  steady: new VecTrade({ endpoint: steadyUrl }),
  sleeper: new VecTrade({ endpoint: steadyUrl }),
  staller: new VecTrade({ endpoint: stallingUrl }),
}
const unhandled: string[] = []
process.on('unhandledRejection', (error) => unhandled.push(String(error)))

class Reader {
  readonly kind: Kind
  readonly name: string
  readonly symbols: Set<string>
  readonly check: QuoteCheck
  readonly feed: LiveFeed
  readonly done: Promise<unknown>
  readonly #random: Random
  readonly #controller = new AbortController()

  constructor(at: number, kind: Kind, isFirst: boolean) {
    const mode = at % 2 === 0 ? 'every' : 'latest'
    const isSmall = kind === 'sleeper' && mode === 'every'
    const delivery: LiveDelivery = isSmall ? { buffer: 10 } : mode
    this.kind = kind
    this.name = `${kind} reader ${at} (${mode})`
    this.#random = new Random(Number(seed) + at)
    this.symbols = new Set([0, 1, 2].map(() => this.#random.pick(steadySymbols)))
    // The first reader shows that a burst has arrived.
    if (kind === 'staller' || isFirst) this.symbols.add(burstSymbol)
    this.check = new QuoteCheck(mode)
    this.feed = clients[kind].live.subscribe(
      { symbols: [...this.symbols] },
      {
        delivery,
        signal: this.#controller.signal,
        // The endpoint sends a heartbeat each second. A connection that stalls is kept.
        heartbeatTimeout: kind === 'staller' ? 0 : 5000,
      },
    )
    // `leave` checks `closed`, which says why the feed has ended.
    this.done = this.#read().catch(() => {})
  }

  /** Follows another symbol. */
  add(): void {
    const symbol = this.#random.pick(steadySymbols)
    this.symbols.add(symbol)
    this.feed.add([symbol])
  }

  /** Whether its last quotes are those of the upstream. */
  isUpToDate(last: Readonly<Record<string, number>>): boolean {
    return [...this.symbols].every((symbol) => this.check.last.get(symbol) === last[symbol])
  }

  async leave(at: number): Promise<LiveEnd> {
    if (at % 2 === 0) await this.feed.close()
    else this.#controller.abort()
    await this.done
    return this.feed.closed
  }

  async #read(): Promise<void> {
    for await (const event of this.feed) {
      this.check.take(event)
      if (this.kind === 'sleeper' && this.#random.chance(0.02)) {
        await delay(this.#random.below(3000))
      }
    }
  }
}

const readers: Reader[] = []

function kindOf(at: number): Kind {
  // Both modes have all kinds.
  const pair = Math.floor(at / 2) % 10
  if (pair === 1) return 'staller'
  return pair === 2 ? 'sleeper' : 'steady'
}

serveCalls({
  /** Resolves when all are connected. */
  async open(count: number) {
    for (let at = 0; at < count; at += 1) readers.push(new Reader(at, kindOf(at), at === 0))
    await Promise.all(readers.map(({ feed }) => feed.ready))
  },
  count: (kind: Kind) => readers.filter((reader) => reader.kind === kind).length,
  /** Every third reader follows one more symbol. */
  add() {
    for (const [at, reader] of readers.entries()) if (at % 3 === 0) reader.add()
  },
  /** Whether a burst has come up to the quote with this number: to the first reader, or to all that follow it. */
  hasBurst: (which: 'first' | 'all', number: number) =>
    readers
      .filter(({ symbols }, at) => symbols.has(burstSymbol) && (which === 'all' || at === 0))
      .every(({ check }) => (check.last.get(burstSymbol) ?? NaN) >= number),
  /** The readers whose last quotes are not those of the upstream. */
  behind: (last: Record<string, number>) =>
    readers.filter((reader) => !reader.isUpToDate(last)).map(({ name }) => name),
  state: processState,
  outcome: () => ({
    unhandled,
    readers: readers.map(({ name, kind, check: { events, missed, failures, gaps } }) => ({
      name,
      kind,
      events,
      missed,
      failures,
      gaps,
    })),
  }),
  /** Closes half of the feeds and aborts the others. Returns those that end in another way. */
  async leave() {
    const ends = await Promise.all(
      readers.map(async (reader, at) => {
        const expected = at % 2 === 0 ? 'closed' : 'aborted'
        const { reason } = await reader.leave(at)
        return reason === expected ? [] : [`${reader.name} is ${reason}, not ${expected}`]
      }),
    )
    return ends.flat()
  },
})
