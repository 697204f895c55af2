import { type ChildProcess, spawn } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import type { Sandbox } from '@vectrade/sandbox'

const app = fileURLToPath(new URL('../..', import.meta.url))
const node = [process.execPath, '--conditions=@vectrade/source', 'src/main.ts']

/** Options for a run of the demo. */
export interface RunOptions {
  /** Variables for the environment, which otherwise has no colors, keys or CI. */
  env?: Record<string, string>
  /** Written to stdin, which is then closed. Default: nothing. */
  input?: string
  /** Called with the child once stdout holds all these texts. */
  when?: [texts: string | RegExp[], act: (child: ChildProcess) => void]
}

/** The output and the end of a run. */
export interface Ended {
  stdout: string
  stderr: string
  code: number | null
  signal: NodeJS.Signals | null
}

/** Runs the demo in its own process, with pipes for stdin, stdout and stderr. */
export function runDemo(args: string[], options: RunOptions = {}): Promise<Ended> {
  return run([...node, ...args], options)
}

/** Runs a shell script in which `eval "$DEMO"` starts the demo. */
export function runShell(script: string, options: RunOptions = {}): Promise<Ended> {
  return run(['sh', '-c', script], options)
}

/**
 * Runs the demo on a pseudo-terminal of 60 columns. `input` and the child's stdin are its keyboard.
 *
 * Needs the program `script`, which every Debian has (bsdutils, essential). Rejects if it is missing.
 */
export function runOnTerminal(args: string, options: RunOptions = {}): Promise<Ended> {
  const command = `stty cols 60 rows 40; eval exec "$DEMO" ${args}`
  return run(['script', '--quiet', '--return', '--command', command, '/dev/null'], options)
}

function run([command = '', ...args]: string[], options: RunOptions): Promise<Ended> {
  const { env, input, when } = options
  const child = spawn(command, args, {
    cwd: app,
    env: {
      PATH: process.env['PATH'],
      TERM: 'xterm-256color',
      SHELL: '/bin/sh',
      // The path to Node may have a space in it.
      DEMO: node.map((word) => `'${word}'`).join(' '),
      ...env,
    },
  })
  const ended: Ended = { stdout: '', stderr: '', code: null, signal: null }
  let act = when?.[1]
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    ended.stdout += text
    if (act === undefined || !holds(ended.stdout, when?.[0] ?? '')) return
    act(child)
    act = undefined
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    ended.stderr += text
  })
  // A child that never reads its stdin closes it.
  child.stdin.on('error', () => {})
  // The keyboard of a terminal stays open. A file or pipe has an end.
  if (command !== 'script') child.stdin.end(input)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ ...ended, code, signal }))
  })
}

function holds(text: string, parts: string | RegExp[]): boolean {
  if (typeof parts === 'string') return text.includes(parts)
  return parts.every((part) => part.test(text))
}

/** Returns variables that make the demo ask this sandbox instead of its own. */
export function envOf(sandbox: Sandbox): Record<string, string> {
  return { VECTRADE_BASE_URL: sandbox.url, VECTRADE_API_KEY: sandbox.apiKey }
}
