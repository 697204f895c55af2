import type { SseMessage } from './decode.ts'

/** The input of {@link encodeEvent}: a message, a reconnection time, a comment, or several of them. */
export interface EncodableMessage extends Partial<SseMessage> {
  /** The reconnection time in ms: a whole number >= 0. */
  retry?: number
  /** A comment. Readers ignore it. On its own, it is a heartbeat. */
  comment?: string
}

/**
 * Encodes one message as Server-Sent Events text, including the blank line at its end.
 *
 * A line break in `data` or `comment` (CR, LF or CRLF) starts a new line of that field. Readers get it as LF.
 * Without an `id`, the reader keeps its last event ID. An `id` of `''` resets it.
 *
 * @throws TypeError if the message is not an object or a field has the wrong type; if `event` or `id` contains
 *   CR, LF or NUL, which could add fields; or if `retry` is not a whole number >= 0
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 * @example
 * ```ts
 * import { encodeEvent } from '@vectrade/core'
 *
 * encodeEvent({ id: '7', data: 'two\nlines' }) // 'id: 7\ndata: two\ndata: lines\n\n'
 * encodeEvent({ comment: 'heartbeat' }) // ': heartbeat\n\n'
 * ```
 */
export function encodeEvent(message: EncodableMessage): string {
  if (typeof message !== 'object' || message === null) {
    throw new TypeError('The message must be an object such as { data: … }')
  }
  const { event, id, retry, data, comment } = message
  let text = ''
  if (comment !== undefined) text += lines(': ', comment, 'comment')
  if (event !== undefined && event !== '') text += `event: ${singleLine(event, 'event')}\n`
  if (id !== undefined) text += `id: ${singleLine(id, 'id')}\n`
  if (retry !== undefined) text += `retry: ${reconnectionTime(retry)}\n`
  if (data !== undefined) text += lines('data: ', data, 'data')
  return `${text}\n`
}

function lines(prefix: string, value: string, field: string): string {
  assertString(value, field)
  // Nearly every message is one line of JSON, so look for a line break before splitting.
  if (!value.includes('\n') && !value.includes('\r')) return `${prefix}${value}\n`
  return `${prefix}${value.split(/\r\n|\r|\n/).join(`\n${prefix}`)}\n`
}

function singleLine(value: string, field: string): string {
  assertString(value, field)
  if (/[\r\n\0]/.test(value)) {
    throw new TypeError(`\`${field}\` must not contain CR, LF or NUL: remove them before encoding`)
  }
  return value
}

function reconnectionTime(value: number): string {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new TypeError('`retry` must be a whole number of milliseconds, 0 or more')
  }
  return String(value)
}

function assertString(value: unknown, field: string): asserts value is string {
  if (typeof value !== 'string') throw new TypeError(`\`${field}\` must be a string`)
}
