#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { diagnoseCommand } from './diagnose/diagnose-command.ts'
import type { ErrorShape } from './error-body.ts'
import { parseFault } from './fault-syntax.ts'
import type { KeyHeader } from './key-header.ts'
import type { SandboxLiveOptions } from './live/live-options.ts'
import { parseLiveFault } from './live/live-fault-syntax.ts'
import type { MarketHours } from './live/trading-hours.ts'
import { readUpstream, type UpstreamFlags } from './read-upstream.ts'
import type { SandboxRequest } from './request-log.ts'
import { type Sandbox, type StartOptions, startSandbox } from './server.ts'
import type { UsageSpelling } from './usage-spelling.ts'

const help = `Usage: sandbox [options]
       sandbox diagnose <url> [options]

A local VecTrade API for development and tests. Its answers are simulated, unless
--upstream names a model that writes them.
"diagnose" finds what buffers or cuts the streams of an endpoint: see diagnose --help.

  --port <n>                 port to listen on, 0 for any free one (default 8787)
  --host <address>           loopback address to listen on (default 127.0.0.1)
  --api-key <key>            the key it accepts, "vq_…" (default: a random one)
  --key-header <header>      the only header in which it accepts the key: x-api-key or
                             bearer (default any, which accepts both)
  --base-path <path>         the only base path it serves, /v1 or /v1/vq (default both)
  --upstream <url>           base URL of an OpenAI-compatible API, such as
                             http://localhost:11434/v1, whose model answers
  --model <name>             name of the model
  --upstream-key-env <name>  environment variable that holds the key of that API
  --system <file>            file with the system prompt (default: short answers on
                             stocks, with sources as links)
  --tokens-per-second <n>    speed of the answers, 0 is as fast as possible (default 40,
                             or 0 with --upstream)
  --time-to-first-token <ms> wait before the first word (default 300, or 0 with
                             --upstream)
  --usage <spelling>         snake for prompt_tokens or camel for promptTokens
                             (default snake)
  --fault <fault>            the fault of every request without an X-Sandbox-Fault
                             header, such as "status=503; times=1"
  --live-interval <ms>       time from one quote of a symbol to the next (default 250)
  --live-seed <n>            a whole number that decides how quotes change (default 1)
  --live-market <hours>      when quotes change: open is always, closed is never, hours
                             is in New York's trading hours (default open)
  --live-symbol <symbol>     a symbol that has quotes; can be repeated (default any)
  --live-fault <fault>       the fault of every live connection without an
                             X-Sandbox-Fault header, such as "cutAfterEvents=9"
  --error-shape <shape>      shape of its errors: documented, flat, problem or
                             gateway (default documented)
  --allow-origin <origin>    let pages of this origin call it; can be repeated
  --quiet                    do not print a line per request
  --version                  print the version
  --help                     print this help

VECTRADE_UPSTREAM, VECTRADE_UPSTREAM_MODEL, VECTRADE_UPSTREAM_KEY_ENV and
VECTRADE_UPSTREAM_SYSTEM are the same as the flags of a model.
`

class UsageError extends Error {}

// Without a listener, a reader that leaves early, such as `head` or `grep -m1`, would end the process.
for (const output of [process.stdout, process.stderr]) {
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}
const [command, ...rest] = process.argv.slice(2)
if (command === 'diagnose') process.exitCode = await diagnoseCommand(rest)
else await main(process.argv.slice(2))

async function main(argv: string[]): Promise<void> {
  let sandbox: Sandbox
  let options: StartOptions | string
  try {
    options = readOptions(argv)
    if (typeof options === 'string') {
      process.stdout.write(options)
      return
    }
    sandbox = await startSandbox(options)
  } catch (error) {
    process.stderr.write(`sandbox: ${explain(error)}\n`)
    process.exitCode = 1
    return
  }
  process.stdout.write(greeting(sandbox, options))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void sandbox.close())
  }
}

/** Returns the options of the sandbox, or a text to print instead of starting it. */
function readOptions(argv: string[]): StartOptions | string {
  const { values } = parse(argv)
  if (values.help) return help
  if (values.version) return `${version()}\n`
  const upstream = readUpstream(upstreamFlags(values), process.env)
  // A model has a speed of its own.
  const [speed, pause] = upstream === undefined ? ['40', '300'] : ['0', '0']
  const options: StartOptions = {
    port: number('port', values.port ?? '8787'),
    tokensPerSecond: number('tokens-per-second', values['tokens-per-second'] ?? speed),
    timeToFirstToken: number('time-to-first-token', values['time-to-first-token'] ?? pause),
    allowedOrigins: values['allow-origin'] ?? [],
    upstream,
    live: liveOptions(values),
  }
  if (values.host !== undefined) options.host = values.host
  if (values['api-key'] !== undefined) options.apiKey = values['api-key']
  if (values.fault !== undefined) options.faults = parseFault(values.fault)
  // These texts may be wrong. `startSandbox` checks them and names the option.
  const { usage, 'key-header': keyHeader, 'base-path': path, 'error-shape': errorShape } = values
  if (keyHeader !== undefined) options.keyHeader = keyHeader as KeyHeader
  if (path !== undefined) options.basePath = path as NonNullable<StartOptions['basePath']>
  if (usage !== undefined) options.usage = usage as UsageSpelling
  if (errorShape !== undefined) options.errorShape = errorShape as ErrorShape
  if (!values.quiet) options.onRequest = (request) => void report(request)
  return options
}

function upstreamFlags(values: ReturnType<typeof parse>['values']): UpstreamFlags {
  const { upstream, model, 'upstream-key-env': keyName, system } = values
  return { upstream, model, 'upstream-key-env': keyName, system }
}

function liveOptions(values: ReturnType<typeof parse>['values']): SandboxLiveOptions {
  const options: SandboxLiveOptions = {
    interval: number('live-interval', values['live-interval'] ?? '250'),
    seed: number('live-seed', values['live-seed'] ?? '1'),
  }
  const { 'live-market': market, 'live-symbol': symbols, 'live-fault': fault } = values
  if (market !== undefined) options.market = market as MarketHours
  if (symbols !== undefined) options.symbols = symbols
  if (fault !== undefined) options.faults = parseLiveFault(fault)
  return options
}

function parse(args: string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  try {
    return parseArgs({
      args,
      options: {
        port: text,
        host: text,
        'api-key': text,
        'key-header': text,
        'base-path': text,
        upstream: text,
        model: text,
        'upstream-key-env': text,
        system: text,
        'tokens-per-second': text,
        'time-to-first-token': text,
        usage: text,
        fault: text,
        'live-interval': text,
        'live-seed': text,
        'live-market': text,
        'live-symbol': { type: 'string', multiple: true },
        'live-fault': text,
        'error-shape': text,
        'allow-origin': { type: 'string', multiple: true },
        quiet: flag,
        version: flag,
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function number(name: string, value: string): number {
  if (/^\d+(?:\.\d+)?$/.test(value)) return Number(value)
  throw new UsageError(`--${name} takes a number, not "${value}"`)
}

function version(): string {
  // This file is in src or dist. package.json is one folder up in both cases.
  const manifest: unknown = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  )
  return (manifest as { version: string }).version
}

function greeting(
  { url, liveURL, apiKey }: Sandbox,
  { keyHeader, upstream }: StartOptions,
): string {
  const key = keyHeader === 'x-api-key' ? `X-API-Key: ${apiKey}` : `Authorization: Bearer ${apiKey}`
  const who =
    upstream === undefined
      ? 'every answer is simulated, none is market data.'
      : `${upstream.model} at ${upstream.url} answers, not VecTrade. Live data is simulated.`
  return `VecTrade sandbox: ${who}

  URL  ${url}
  Live ${liveURL}, or ${url}/live
  Key  ${apiKey}

Try it:

  curl -N -H "${key}" -H "Content-Type: application/json" -d '{"prompt": "Bull case for NVDA?", "stream": true}' ${url}/ai/analyze
  curl -N -H "${key}" "${url}/live?symbols=NVDA"

Use it from the SDK:

  VECTRADE_BASE_URL=${url} VECTRADE_LIVE_URL=${liveURL} VECTRADE_API_KEY=${apiKey} node your-program.js

Ctrl-C ends it.
`
}

async function report(request: SandboxRequest): Promise<void> {
  await request.done
  const time = new Date(request.startedAt).toTimeString().slice(0, 8)
  const ends = { finished: '', client: ', the client left', fault: ', cut by a fault', sandbox: '' }
  const end = request.closed === undefined ? '' : ends[request.closed]
  const { status = 'no answer', eventsSent, bytesSent } = request
  const size =
    eventsSent > 0 ? `${eventsSent} event${eventsSent > 1 ? 's' : ''}` : `${bytesSent} bytes`
  const reason = request.error === undefined ? '' : `: ${request.error}`
  const answer = `${status}, ${size}${end}${reason}`
  process.stdout.write(`${time} ${request.method} ${request.path} ${answer}\n`)
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code, port } = error as NodeJS.ErrnoException & { port?: number }
  if (code === 'EADDRINUSE') {
    return `port ${port} is in use: choose another with --port, or 0 for any free one`
  }
  if (code === 'EACCES') return `port ${port} needs more permissions: choose another with --port`
  const hint = error instanceof UsageError ? ' (--help lists the options)' : ''
  return `${error.message}${hint}`
}
