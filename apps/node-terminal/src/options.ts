import { version } from '@vectrade/node'
import { parseArguments, UsageError } from './parse-arguments.ts'
import { defaultPrompt } from './prompt.ts'

/** The options of the command line and the environment. */
export interface DemoOptions {
  /** The words of the prompt in the arguments; may be empty. */
  words: string[]
  /** Ticker symbols. Undefined: only the prompt says what it is about. */
  symbols: string[] | undefined
  json: boolean
  /** The API to ask. Undefined: the embedded sandbox. */
  baseURL: string | undefined
  /** The sandbox's speed. 0: as fast as possible. */
  tokensPerSecond: number
  /** Whether the environment has a key. The sandbox does not use it. */
  hasKey: boolean
}

const help = `Usage: demo [options] [question]
       demo live [options] [symbols]

Asks VecTrade's AI stock analysis and shows the answer as it arrives. Without a
base URL, a sandbox inside this program simulates the answer. "demo live --help" describes live quotes.

The question comes from the arguments or from stdin. Without one, it is:
  ${defaultPrompt}

Options
  --symbols <list>         the stocks of the question, such as NVDA,AMD
  --json                   print the events as lines of JSON
  --base-url <url>         ask this API, such as https://api.vectrade.io/v1
  --tokens-per-second <n>  the sandbox's speed, 0 for as fast as possible (default 40)
  --version                print the version
  --help                   print this

Environment
  VECTRADE_API_KEY         the API's key; there is no option for it, because others
                           could see an option in the list of processes
  VECTRADE_BASE_URL        the same as --base-url
  NO_COLOR, FORCE_COLOR    never, or always use colours

Exit codes: 0 answered, 1 failed, 130 ended with Ctrl-C.
`

/**
 * Returns the options, or a text to print instead of an answer.
 *
 * @throws UsageError with one line that says what is wrong
 */
export function readOptions(argv: string[], env: NodeJS.ProcessEnv): DemoOptions | string {
  const { values, positionals } = parse(argv)
  if (values.help) return help
  if (values.version) return `${version}\n`
  const pace = values['tokens-per-second']
  const baseURL = values['base-url'] ?? (env['VECTRADE_BASE_URL'] || undefined)
  if (pace !== undefined && baseURL !== undefined) {
    throw new UsageError('--tokens-per-second is for the sandbox: leave it out with a base URL')
  }
  return {
    words: positionals,
    symbols: values.symbols === undefined ? undefined : toSymbols(values.symbols),
    json: values.json ?? false,
    baseURL,
    tokensPerSecond: pace === undefined ? 40 : toPace(pace),
    hasKey: Boolean(env['VECTRADE_API_KEY']),
  }
}

function parse(args: string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  return parseArguments({
    args,
    allowPositionals: true,
    options: {
      symbols: text,
      json: flag,
      'base-url': text,
      'tokens-per-second': text,
      version: flag,
      help: { type: 'boolean', short: 'h' },
    },
  })
}

function toSymbols(list: string): string[] {
  const symbols = list.split(',').map((symbol) => symbol.trim())
  if (!symbols.includes('')) return symbols
  throw new UsageError('--symbols takes a list such as NVDA,AMD')
}

function toPace(value: string): number {
  if (/^\d+(?:\.\d+)?$/.test(value)) return Number(value)
  throw new UsageError('--tokens-per-second takes a number such as 40, or 0')
}
