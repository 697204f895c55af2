import { type LiveChannel, version } from '@vectrade/node'
import { parseArguments, UsageError } from '../parse-arguments.ts'

/** The options of `demo live`, from the command line and the environment. */
export interface LiveDemoOptions {
  symbols: string[]
  channels: LiveChannel[]
  json: boolean
  /** The server of live data. Undefined: the embedded sandbox. */
  liveURL: string | undefined
  /** Whether the environment has a key. The sandbox does not use it. */
  hasKey: boolean
}

const channels: readonly LiveChannel[] = ['quotes', 'alerts', 'news']
const defaultSymbols = ['NVDA', 'AMD', 'AAPL', 'MSFT', 'TSLA']
/** The live data of VecTrade's API. */
const publicURL = 'wss://ws.vectrade.io'

const help = `Usage: demo live [options] [symbols]

Follows symbols and shows their quotes as they change, until you press Ctrl-C. A terminal
shows a table. A pipe gets each event as a line of JSON. Without a URL, a
sandbox inside this program simulates the data.

Without symbols, it follows:
  ${defaultSymbols.join(' ')}

Options
  --channels <list>        what to follow (default ${channels.join(',')})
  --json                   print the events as lines of JSON on a terminal too
  --live-url <url>         follow this server, such as ${publicURL}. With
                           https://, it uses Server-Sent Events
  --base-url <url>         without --live-url: follow ${publicURL}
  --version                print the version
  --help                   print this

Environment
  VECTRADE_API_KEY         the API's key
  VECTRADE_LIVE_URL        the same as --live-url
  VECTRADE_BASE_URL        the same as --base-url
  NO_COLOR, FORCE_COLOR    never, or always use colors

Exit codes: 0 ended with Ctrl-C or by the server, 1 failed.
`

/**
 * Returns the options, or a text to print instead of live data.
 *
 * @throws UsageError with one line that says what is wrong
 */
export function readLiveOptions(args: string[], env: NodeJS.ProcessEnv): LiveDemoOptions | string {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  const { values, positionals } = parseArguments({
    args,
    allowPositionals: true,
    options: {
      channels: text,
      json: flag,
      'base-url': text,
      'live-url': text,
      version: flag,
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) return help
  if (values.version) return `${version}\n`
  const baseURL = values['base-url'] ?? (env['VECTRADE_BASE_URL'] || undefined)
  const liveURL = values['live-url'] ?? (env['VECTRADE_LIVE_URL'] || undefined)
  return {
    symbols: toSymbols(positionals),
    channels: values.channels === undefined ? [...channels] : toChannels(values.channels),
    json: values.json ?? false,
    liveURL: liveURL ?? (baseURL === undefined ? undefined : publicURL),
    hasKey: Boolean(env['VECTRADE_API_KEY']),
  }
}

function toSymbols(words: string[]): string[] {
  const symbols = words.flatMap((word) => word.split(/[\s,]+/)).filter((symbol) => symbol !== '')
  if (symbols.length === 0) return defaultSymbols
  return [...new Set(symbols.map((symbol) => symbol.toUpperCase()))]
}

function toChannels(list: string): LiveChannel[] {
  return list.split(',').map((name) => {
    const channel = channels.find((known) => known === name.trim())
    if (channel !== undefined) return channel
    throw new UsageError(`--channels takes a list such as ${channels.join(',')}`)
  })
}
