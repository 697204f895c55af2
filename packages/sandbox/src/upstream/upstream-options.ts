import { checkNoNull } from '../option-checks.ts'
import { defaultSystem } from './default-system.ts'

/** A server with an OpenAI-compatible API, whose model answers instead of the simulation. */
export interface UpstreamOptions {
  /** The base URL of the API, such as `http://localhost:11434/v1`. The sandbox asks
   * `/chat/completions` under it. */
  url: string
  /** The name of the model, as the server knows it. */
  model: string
  /** The key of the server, sent as `Authorization: Bearer`. It is not the key of the sandbox.
   * Default: none. */
  apiKey?: string | undefined
  /** The system prompt. `''` sends none. Default: a prompt for short answers on stocks, with sources
   * as Markdown links. */
  system?: string | undefined
}

/** The {@link UpstreamOptions}, checked and with their defaults. */
export interface UpstreamSettings {
  /** The URL that is asked. */
  endpoint: string
  model: string
  apiKey: string | undefined
  system: string
  /** How long to wait for the model before the response headers are sent without it, in ms. */
  patience: number
}

/** Less than the 30 s after which a client gives up, and enough for most refusals. */
const patience = 8_000

/**
 * Checks the option `upstream` and fills in the defaults.
 *
 * @throws TypeError that names the wrong field. Its message never repeats a value.
 */
export function resolveUpstream(option: UpstreamOptions | undefined): UpstreamSettings | undefined {
  if (option === undefined) return undefined
  if (typeof option !== 'object' || Array.isArray(option)) {
    throw new TypeError('`upstream` must be an object such as { url, model }')
  }
  checkNoNull(option, 'upstream.')
  const { url, model, apiKey, system = defaultSystem } = option
  if (typeof model !== 'string' || model.trim() === '') {
    throw new TypeError('`upstream.model` must be the name of a model, such as "llama3.2"')
  }
  if (typeof system !== 'string') throw new TypeError('`upstream.system` must be a string')
  if (apiKey !== undefined && !(typeof apiKey === 'string' && /^[\x21-\x7e]+$/.test(apiKey))) {
    throw new TypeError('`upstream.apiKey` must be a key: printable characters without spaces')
  }
  const endpoint = `${baseOf(url, apiKey !== undefined)}/chat/completions`
  return { endpoint, model, apiKey, system, patience }
}

function baseOf(value: unknown, hasKey: boolean): string {
  if (typeof value !== 'string' || !URL.canParse(value) || !/^https?:/i.test(value)) {
    throw new TypeError('`upstream.url` must be a web address such as http://localhost:11434/v1')
  }
  const url = new URL(value)
  if (url.username || url.password || url.search || url.hash) {
    throw new TypeError('`upstream.url` must be without credentials, query and fragment')
  }
  if (hasKey && url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new TypeError(
      '`upstream.url` would send the key over plain http to another machine: use https',
    )
  }
  let { href } = url
  while (href.endsWith('/')) href = href.slice(0, -1)
  return href
}

function isLoopback(hostname: string): boolean {
  return /^(?:localhost|.+\.localhost|\[::1\]|127(?:\.\d+){3})$/.test(hostname)
}
