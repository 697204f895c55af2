import { membersOf } from '../members-of.ts'
import { checkNoNull, choiceOption, listOption, numberOption } from '../option-checks.ts'
import { symbolPattern } from '../symbols.ts'
import { checkFault } from '../validate-fault.ts'
import type { LiveFault } from './live-fault.ts'
import { liveFaults } from './live-fault-syntax.ts'
import { type MarketHours, marketHours } from './trading-hours.ts'

/** How a WebSocket that is idle shows that it is alive. */
export type SocketHeartbeat = 'ping' | 'message'

const socketHeartbeats: readonly SocketHeartbeat[] = membersOf<SocketHeartbeat>({
  ping: true,
  message: true,
})

/** Options of the live data. All are optional. */
export interface SandboxLiveOptions {
  /** Milliseconds from one tick of the market to the next, 1 or more. In an open market, each symbol
   * has a new quote on each tick. Default: 250. */
  interval?: number
  /** A whole number. With the same seed, a symbol has the same quotes, alerts and news on the same
   * ticks. Only their times differ. Default: 1. */
  seed?: number
  /** `open`: quotes change. `closed`: they do not. `hours`: they change from 9:30 to 16:00 in New
   * York, from Monday to Friday. The symbol `VQTEST` always changes. Default: `open`. */
  market?: MarketHours
  /** The only symbols that have quotes, besides `VQTEST`. Default: each ticker symbol has quotes. */
  symbols?: readonly string[]
  /** How many ticks a client may have missed and still get with `Last-Event-ID`. Default: 1000. */
  replay?: number
  /** What an idle WebSocket sends after the time in the option `heartbeat`. `ping` is a frame that
   * programs do not see. `message` is the JSON `{"type":"heartbeat","simulated":true}`. Event
   * streams always send a comment. Default: `ping`. */
  socketHeartbeat?: SocketHeartbeat
  /** The fault of each live connection without an `X-Sandbox-Fault` header. In a list, the nth fault
   * is for the nth connection to the same path. Connections after the end of the list work.
   * Default: all connections work. */
  faults?: LiveFault | readonly LiveFault[]
}

/** The options, checked and with their defaults. */
export interface LiveSettings {
  interval: number
  seed: number
  market: MarketHours
  symbols: readonly string[] | undefined
  replay: number
  socketHeartbeat: SocketHeartbeat
  faults: LiveFault | readonly LiveFault[]
}

/** @throws TypeError that names the invalid option and what it accepts */
export function resolveLiveOptions(options: SandboxLiveOptions = {}): LiveSettings {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError('`live` must be an object such as { interval: 1000 }')
  }
  checkNoNull(options, 'live.')
  const { seed = 1, faults = {} } = options
  if (!Number.isSafeInteger(seed)) throw new TypeError('`live.seed` must be a whole number')
  const symbols = options.symbols && listOption('live.symbols', options.symbols)
  const malformed = symbols?.find((symbol) => !symbolPattern.test(symbol))
  if (malformed !== undefined) {
    throw new TypeError(`\`live.symbols\` takes ticker symbols, and "${malformed}" is none`)
  }
  return {
    interval: numberOption('live.interval', options.interval, 250, 1),
    seed,
    market: choiceOption('live.market', options.market, marketHours, 'open'),
    symbols,
    replay: numberOption('live.replay', options.replay, 1000),
    socketHeartbeat: choiceOption(
      'live.socketHeartbeat',
      options.socketHeartbeat,
      socketHeartbeats,
      'ping',
    ),
    faults: Array.isArray(faults) ? faults.map(check) : check(faults),
  }
}

function check(fault: unknown): LiveFault {
  return checkFault(fault, liveFaults)
}
