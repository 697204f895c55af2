import { singleHeader } from '../../errors/single-header.ts'
import { type LiveChannel, liveChannels } from '../../events/live-event.ts'
import { Refusal } from '../refusal.ts'

/** What a request asks for. */
export interface LiveWish {
  readonly symbols: ReadonlySet<string>
  readonly channels: ReadonlySet<LiveChannel>
  /** The symbols that the reader has not followed before this request. */
  readonly added: ReadonlySet<string>
  /** The id of the last event that the reader has, `''` if it has none. */
  readonly lastEventId: string
}

/** What requests may ask for. */
export interface LiveRequestLimits {
  maxSymbols: number
  /** Default: all. */
  channels?: readonly LiveChannel[] | undefined
  isAllowed: (symbol: string) => boolean
}

const longestSymbol = 32

/**
 * Reads what a request asks for from its URL and its headers.
 *
 * @throws Refusal with a 422 that says what is wrong
 */
export function readLiveRequest(
  request: Request,
  { maxSymbols, isAllowed, channels: known = liveChannels }: LiveRequestLimits,
): LiveWish {
  const { searchParams } = new URL(request.url)
  const symbols = listOf(searchParams, 'symbols')
  if (symbols.size > maxSymbols) {
    throw invalid(
      `A request can follow at most ${maxSymbols} symbols, and this one has ${symbols.size}`,
    )
  }
  for (const symbol of symbols) {
    const isSymbol = symbol.length <= longestSymbol && !/[\s\p{Cc}]/u.test(symbol)
    if (!isSymbol || !isAllowed(symbol)) throw invalid(`There is no symbol ${shown(symbol)}`)
  }
  const channels = listOf(searchParams, 'channels')
  if (channels.size === 0) channels.add('quotes')
  for (const channel of channels) {
    if (!(known as readonly string[]).includes(channel)) {
      const all = known.join(', ')
      throw invalid(`There is no channel ${shown(channel)}: the channels are ${all}`)
    }
  }
  return {
    symbols,
    channels: channels as Set<LiveChannel>,
    added: listOf(searchParams, 'added'),
    lastEventId: singleHeader(request.headers, 'last-event-id', ',') ?? '',
  }
}

function listOf(parameters: URLSearchParams, name: string): Set<string> {
  const items = parameters.getAll(name).flatMap((list) => list.split(','))
  return new Set(items.map((item) => item.trim()).filter(Boolean))
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, longestSymbol))
}

function invalid(message: string): Refusal {
  return new Refusal(422, message)
}
