import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { promisify } from 'node:util'
import type { Sandbox } from '@vectrade/sandbox'

const app = `${import.meta.dirname}/../..`

/** Runs `next build`. */
export async function buildApp(): Promise<void> {
  await promisify(execFile)(process.execPath, ['node_modules/next/dist/bin/next', 'build'], {
    cwd: app,
    env: environment(),
  })
}

/** The app, as the script `start` serves it. */
export interface ServedApp extends AsyncDisposable {
  url: string
  /** What it has printed. */
  output: () => string
}

/** Serves the built app. Without a sandbox, the script starts one. */
export async function serveApp(sandbox?: Sandbox): Promise<ServedApp> {
  const child = spawn(process.execPath, ['dev/start.ts', 'start', '--port', '0'], {
    cwd: app,
    env: {
      ...environment(),
      ...(sandbox && { VECTRADE_BASE_URL: sandbox.url, VECTRADE_API_KEY: sandbox.apiKey }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
  const gone = once(child, 'close')
  while (!output.includes('Ready in')) {
    await Promise.race([once(child.stdout, 'data'), gone])
    if (child.exitCode !== null) throw new Error(`The app has ended:\n${output}`)
  }
  return {
    url: /http:\/\/localhost:\d+/.exec(output)?.[0] ?? '',
    output: () => output,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      // The pipes close only after Next.js has ended too.
      await gone
    },
  }
}

/** Returns the environment of a user who has set up nothing. */
function environment(): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env
  return { PATH, HOME, NODE_ENV: 'production', NO_COLOR: '1', NEXT_TELEMETRY_DISABLED: '1' }
}
