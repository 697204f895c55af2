import { problemWith } from './live-request.ts'

/** What a client sends over the WebSocket of quotes. */
export interface SocketRequest {
  action: 'subscribe' | 'unsubscribe'
  symbols: string[]
  fields?: string[]
}

const form =
  'Send {"action":"subscribe","symbols":["NVDA"]} or {"action":"unsubscribe","symbols":["NVDA"]}'

/**
 * Returns what a client asks for, or what is wrong with its message.
 *
 * @param text undefined if the message is binary
 */
export function parseSocketMessage(
  text: string | undefined,
  hasSymbols: boolean,
): SocketRequest | string {
  if (!hasSymbols) return 'This channel takes no messages: only quotes have symbols'
  const message = jsonIn(text)
  if (typeof message !== 'object' || message === null) return form
  const { action, symbols, fields } = message as Record<string, unknown>
  if (action !== 'subscribe' && action !== 'unsubscribe') return form
  if (!Array.isArray(symbols)) return form
  const problem = problemWith(symbols)
  if (problem !== undefined) return `\`symbols\` ${problem}`
  if (fields === undefined) return { action, symbols }
  if (!Array.isArray(fields) || !fields.every((each) => typeof each === 'string')) {
    return '`fields` takes a list of names such as ["volume"]'
  }
  return { action, symbols, fields }
}

function jsonIn(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
