import { version } from '@vectrade/node'
import { readUpstream, type UpstreamOptions } from '@vectrade/sandbox'
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
  /** The model that answers in the sandbox. Undefined: the answer is simulated. */
  upstream: UpstreamOptions | undefined
  /** The sandbox's speed. 0: as fast as possible. */
  tokensPerSecond: number
  /** Whether the environment has a key. The sandbox does not use it. */
  hasKey: boolean
}

const help = `Usage: demo [options] [question]
       demo live [options] [symbols]

Asks VecTrade's AI stock analysis and shows the answer as it arrives. Without a
base URL, a sandbox inside this program simulates the answer, or lets a model of
yours write it. "demo live --help" describes live quotes.

The question comes from the arguments or from stdin. Without one, it is:
  ${defaultPrompt}

Options
  --symbols <list>         the stocks of the question, such as NVDA,AMD
  --json                   print the events as lines of JSON
  --base-url <url>         ask this API, such as https://api.vectrade.io/v1
  --upstream <url>         let a model answer instead: the base URL of an
                           OpenAI-compatible API, such as http://localhost:11434/v1
  --model <name>           the name of that model
  --upstream-key-env <n>   the variable that holds the key of that API
  --system <file>          a file with the system prompt
  --tokens-per-second <n>  the sandbox's speed, 0 for as fast as possible (default 40)
  --version                print the version
  --help                   print this

Environment
  VECTRADE_API_KEY         the API's key; there is no option for it, because others
                           could see an option in the list of processes
  VECTRADE_BASE_URL        the same as --base-url
  VECTRADE_UPSTREAM, VECTRADE_UPSTREAM_MODEL, VECTRADE_UPSTREAM_KEY_ENV,
  VECTRADE_UPSTREAM_SYSTEM the same as the options of a model
  NO_COLOR, FORCE_COLOR    never, or always use colors

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
  const { baseURL, upstream } = readServer(values, env)
  if (pace !== undefined && baseURL !== undefined) {
    throw new UsageError('--tokens-per-second is for the sandbox: leave it out with a base URL')
  }
  if (pace !== undefined && upstream !== undefined) {
    throw new UsageError('--tokens-per-second is for simulated answers: a model has its own speed')
  }
  return {
    words: positionals,
    symbols: values.symbols === undefined ? undefined : toSymbols(values.symbols),
    json: values.json ?? false,
    baseURL,
    upstream,
    tokensPerSecond: pace === undefined ? 40 : toPace(pace),
    hasKey: Boolean(env['VECTRADE_API_KEY']),
  }
}

/** Returns who answers: the API at a base URL, a model, or neither. An option wins over the environment. */
function readServer(
  values: ReturnType<typeof parse>['values'],
  env: NodeJS.ProcessEnv,
): Pick<DemoOptions, 'baseURL' | 'upstream'> {
  const { 'base-url': baseURL, upstream: url, model, 'upstream-key-env': keyName, system } = values
  const flags = { upstream: url, model, 'upstream-key-env': keyName, system }
  if (baseURL !== undefined) {
    const [flag] = Object.entries(flags).find(([, value]) => value !== undefined) ?? []
    if (flag === undefined) return { baseURL, upstream: undefined }
    throw new UsageError(`--${flag} is for a model of yours: leave it out with --base-url`)
  }
  const upstream = readUpstream(flags, env)
  const given = env['VECTRADE_BASE_URL'] || undefined
  if (upstream === undefined || given === undefined) return { baseURL: given, upstream }
  if (url !== undefined) return { baseURL: undefined, upstream }
  throw new UsageError('VECTRADE_BASE_URL and VECTRADE_UPSTREAM are both set: set only one of them')
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
      upstream: text,
      model: text,
      'upstream-key-env': text,
      system: text,
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
