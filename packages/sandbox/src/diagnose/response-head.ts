import type { IncomingMessage } from 'node:http'
import type { ResponseHead } from './measurement.ts'

/** Picks what matters for streaming from the head of a response. */
export function responseHead(response: IncomingMessage, at: number): ResponseHead {
  const { headers, statusCode = 0, httpVersion } = response
  const contentType = headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  const encoding = encodingOf(headers['content-encoding'] ?? '')
  const length = Number(headers['content-length'] ?? Number.NaN)
  return {
    status: statusCode,
    httpVersion,
    at,
    ...(isToken(contentType) && { contentType }),
    ...(encoding !== '' && { contentEncoding: encoding }),
    ...(Number.isInteger(length) && { contentLength: length }),
    isChunked: hasWord(headers['transfer-encoding'], 'chunked'),
    closesConnection: hasWord(headers.connection, 'close'),
    noTransform: hasWord(headers['cache-control'], 'no-transform'),
    noBuffering: hasWord(headers['x-accel-buffering'], 'no'),
  }
}

/** Returns how a response is compressed, step by step; `''` if it is not. */
function encodingOf(value: string): string {
  const words = value.split(',').map((word) => word.trim().toLowerCase())
  const steps = words.filter((word) => word !== '' && word !== 'identity')
  return steps.map((word) => (isToken(word) ? word : 'unknown')).join(', ')
}

/** Whether a value is a word of HTTP, so that nothing else of a response gets into a report. */
function isToken(value: string | undefined): value is string {
  return value !== undefined && value.length < 100 && /^[\w.+/-]+$/.test(value)
}

function hasWord(value: string | readonly string[] | undefined, word: string): boolean {
  const words = String(value ?? '')
    .toLowerCase()
    .split(',')
  return words.some((each) => each.trim() === word)
}
