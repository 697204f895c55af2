import process from 'node:process'
import { parseArgs } from 'node:util'
import { diagnoseEndpoint, type Diagnosis } from './diagnose-endpoint.ts'
import type { DiagnoseOptions } from './diagnose-options.ts'
import { diagnosisText } from './diagnosis-text.ts'

const help = `Usage: sandbox diagnose <url> [options]

Asks an endpoint once, measures when each event arrives, and tells whether something
between buffers, compresses or cuts the stream, and what to set where. The endpoint
answers a real request, which may cost tokens.

  --header <name: value>     a header to send, such as a key or a cookie; can be repeated.
                             It is never printed
  --prompt <text>            the prompt to send (default: a question about NVDA)
  --get                      send a GET, for live data and other event streams
  --idle <seconds>           how long to wait for the next event, and with --get how long
                             to watch (default 65)
  --allow-insecure           send keys and cookies over plain http to other machines
  --json                     print the findings and the figures as JSON
  --help                     print this help

Exits with 0 if nothing is wrong, 1 if something is wrong or cannot be told, and 2 if
the command itself is wrong.
`

/** Runs `sandbox diagnose`, and returns its exit code. */
export async function diagnoseCommand(args: readonly string[]): Promise<0 | 1 | 2> {
  let diagnosis: Diagnosis
  let isJson: boolean
  try {
    const command = readCommand(args)
    if (command === undefined) {
      process.stdout.write(help)
      return 0
    }
    isJson = command.isJson
    diagnosis = await diagnoseEndpoint(command.url, command.options)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    process.stderr.write(`sandbox diagnose: ${message} (--help lists the options)\n`)
    return 2
  }
  const text = isJson ? `${JSON.stringify(diagnosis, undefined, 2)}\n` : diagnosisText(diagnosis)
  process.stdout.write(text)
  return diagnosis.ok ? 0 : 1
}

/** Returns what to diagnose, or undefined if help is asked for. */
function readCommand(
  args: readonly string[],
): { url: string; options: DiagnoseOptions; isJson: boolean } | undefined {
  const { values, positionals } = parse(args)
  if (values.help) return undefined
  const [url, ...others] = positionals
  if (url === undefined || others.length > 0) throw new TypeError('It takes one URL')
  const options: DiagnoseOptions = {
    method: values.get ? 'GET' : 'POST',
    headers: Object.fromEntries((values.header ?? []).map(readHeader)),
    allowInsecure: values['allow-insecure'] ?? false,
  }
  if (values.prompt !== undefined) options.prompt = values.prompt
  if (values.idle !== undefined) {
    if (!/^\d+(?:\.\d+)?$/.test(values.idle))
      throw new TypeError('--idle takes a number of seconds')
    options.idle = Number(values.idle) * 1000
  }
  return { url, options, isJson: values.json ?? false }
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      header: { type: 'string', short: 'H', multiple: true },
      prompt: text,
      get: flag,
      idle: text,
      'allow-insecure': flag,
      json: flag,
      help: { type: 'boolean', short: 'h' },
    },
  })
}

/** @throws TypeError that does not repeat the header, because it may be a key */
function readHeader(line: string): [name: string, value: string] {
  const colon = line.indexOf(':')
  if (colon < 1) throw new TypeError('--header takes "name: value"')
  return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()]
}
