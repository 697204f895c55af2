import { Refusal } from '../refusal.ts'
import { liveChannels } from '../routes.ts'
import { symbolPattern } from '../symbols.ts'
import type { LiveChannel } from './live-event.ts'
import type { Subscription } from './live-reader.ts'

/** The most symbols of one connection. */
const mostSymbols = 1000

/** What a request asks for. */
export interface LiveRequest extends Subscription {
  /** The symbols that the client did not follow before. */
  added: readonly string[]
}

/**
 * Reads the query of a request for an event stream.
 *
 * @throws Refusal with status 422 if it is malformed
 */
export function parseLiveRequest(query: URLSearchParams): LiveRequest {
  const symbols = symbolsIn(query, 'symbols')
  const added = symbolsIn(query, 'added').filter((symbol) => symbols.includes(symbol))
  const names = query.get('channels')?.split(',') ?? ['quotes']
  const channels = new Set<LiveChannel>()
  for (const name of names) {
    const channel = liveChannels.find((each) => each === name)
    if (channel === undefined) {
      throw new Refusal(422, `\`channels\` takes ${liveChannels.join(', ')}, separated by commas`)
    }
    channels.add(channel)
  }
  return { symbols: new Set(symbols), added, channels }
}

function symbolsIn(query: URLSearchParams, name: string): string[] {
  const value = query.get(name) ?? ''
  const symbols = value === '' ? [] : value.split(',')
  const problem = problemWith(symbols)
  if (problem !== undefined) throw new Refusal(422, `\`${name}\` ${problem}, separated by commas`)
  return [...new Set(symbols)]
}

/** Returns what is wrong with a list of symbols, or undefined. */
export function problemWith(symbols: readonly unknown[]): string | undefined {
  const isFine = symbols.every((each) => typeof each === 'string' && symbolPattern.test(each))
  if (isFine && symbols.length <= mostSymbols) return undefined
  return `takes at most ${mostSymbols} ticker symbols such as NVDA`
}
