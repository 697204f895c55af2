import { readFileSync } from 'node:fs'
import type { UpstreamOptions } from './upstream/upstream-options.ts'

/** The flags of the command that are about a model. Each has an environment variable. */
export interface UpstreamFlags {
  /** `--upstream`, or `VECTRADE_UPSTREAM`: the base URL of the model's server. */
  upstream?: string | undefined
  /** `--model`, or `VECTRADE_UPSTREAM_MODEL`: the name of the model. */
  model?: string | undefined
  /** `--upstream-key-env`, or `VECTRADE_UPSTREAM_KEY_ENV`: the variable that holds the server's key. */
  'upstream-key-env'?: string | undefined
  /** `--system`, or `VECTRADE_UPSTREAM_SYSTEM`: the file with the system prompt. */
  system?: string | undefined
}

const variables = {
  upstream: 'VECTRADE_UPSTREAM',
  model: 'VECTRADE_UPSTREAM_MODEL',
  'upstream-key-env': 'VECTRADE_UPSTREAM_KEY_ENV',
  system: 'VECTRADE_UPSTREAM_SYSTEM',
} as const

/**
 * Returns the option `upstream` from the flags of the command and from the environment, or undefined if
 * neither names a server. Flags take precedence. Other programs can have the same flags with it.
 *
 * @throws TypeError with one line that names what is missing or wrong. It never contains a key.
 * @example
 * ```ts
 * import { readUpstream, startSandbox } from '@vectrade/sandbox'
 *
 * const sandbox = await startSandbox({ upstream: readUpstream({}, process.env) })
 * await sandbox.close()
 * ```
 */
export function readUpstream(
  flags: UpstreamFlags,
  env: Readonly<Record<string, string | undefined>>,
): UpstreamOptions | undefined {
  const read = (name: keyof UpstreamFlags): string | undefined =>
    flags[name] ?? (env[variables[name]] || undefined)
  const url = read('upstream')
  if (url === undefined) {
    const [name] = Object.entries(flags).find(([, value]) => value !== undefined) ?? []
    if (name === undefined) return undefined
    throw new TypeError(`--${name} needs --upstream <url> (or ${variables.upstream})`)
  }
  const model = read('model')
  if (model === undefined) {
    throw new TypeError(`--upstream needs --model <name> (or ${variables.model})`)
  }
  const [keyName, file] = [read('upstream-key-env'), read('system')]
  return {
    url,
    model,
    ...(keyName !== undefined && { apiKey: readKey(keyName, env) }),
    ...(file !== undefined && { system: readSystem(file) }),
  }
}

function readKey(name: string, env: Readonly<Record<string, string | undefined>>): string {
  const key = env[name]?.trim()
  if (key) return key
  // If somebody passed the key itself, the message must not show it.
  const shown = /^[A-Z_][A-Z0-9_]{0,63}$/.test(name) ? name : 'that name'
  throw new TypeError(
    `--upstream-key-env takes the name of an environment variable that holds the key: ${shown} is not set`,
  )
}

function readSystem(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    const { code = 'unreadable' } = error as NodeJS.ErrnoException
    throw new TypeError(
      `--system takes a file with the system prompt: cannot read ${file} (${code})`,
      { cause: error },
    )
  }
}
