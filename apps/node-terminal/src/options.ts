import { parseArgs } from 'node:util'
import { version } from '@vectrade/node'
import { defaultPrompt } from './prompt.ts'

/** What the command line and the environment ask for. */
export interface DemoOptions {
  /** The prompt, as far as it is in the arguments. */
  words: string[]
  /** Ticker symbols; undefined leaves it to the prompt. */
  symbols: string[] | undefined
  json: boolean
  /** The API to ask; undefined is the embedded sandbox. */
  baseURL: string | undefined
  /** The sandbox's pace; 0 is as fast as possible. */
  tokensPerSecond: number
  /** Whether there is a key, which the sandbox has no use for. */
  hasKey: boolean
}

/** An argument that cannot be used. */
class UsageError extends Error {}

const help = `Usage: demo [options] [question]

Asks VecTrade's AI stock analysis and shows the answer as it arrives. Without a
base URL the answer is a simulated one, from a sandbox inside this program.

The question comes from the arguments or from stdin. Without one, it is:
  ${defaultPrompt}

Options
  --symbols <list>         what it is about, such as NVDA,AMD
  --json                   the events as lines of JSON
  --base-url <url>         ask this API, such as https://api.vectrade.io/v1
  --tokens-per-second <n>  the sandbox's pace, 0 for as fast as possible (default 40)
  --version                print the version
  --help                   print this

Environment
  VECTRADE_API_KEY         the API's key; there is no option for it, which others
                           could see in the list of processes
  VECTRADE_BASE_URL        the same as --base-url
  NO_COLOR, FORCE_COLOR    colours never, or always

Exit codes: 0 answered, 1 failed, 130 ended with Ctrl-C.
`

/**
 * The options, or a text to print in place of an answer.
 *
 * @throws UsageError that says what is wrong, in one line
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
  try {
    return parseArgs({
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
  } catch (error) {
    if (args.some((argument) => argument.startsWith('--api-key'))) {
      throw new UsageError('There is no --api-key, others could see it: set VECTRADE_API_KEY')
    }
    // Of the sentences of Node the first says what is wrong.
    const [message] = String(error instanceof Error ? error.message : error).split(/\.\s/)
    throw new UsageError(`${message} (--help lists the options)`)
  }
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
