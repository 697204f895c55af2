import { chunk, lastChunk } from '@vectrade/test-kit/raw-server'

/** An answer as a server sends it, with the meaning of each position in it. */
export interface Answer {
  name: 'stream' | 'kept-open stream' | 'JSON' | 'error' | 'refusal'
  bytes: Buffer
  /** The number of bytes after which a reader has everything it waits for. */
  enough: number
  /** Describes the state after so many bytes have been sent. */
  momentAt(sent: number): string
}

const headOf = (status: string, ...lines: string[]): string =>
  `${[`HTTP/1.1 ${status}`, 'x-request-id: req_1', ...lines].join('\r\n')}\r\n\r\n`

const streamHead = headOf('200 OK', 'content-type: text/event-stream', 'transfer-encoding: chunked')
const events = [
  'data: {"type":"metadata","model":"m"}\n\n',
  ...Array.from({ length: 12 }, (_, at) => `data: {"type":"text","content":"piece ${at} "}\n\n`),
  ': heartbeat\n\n',
  'data: {"type":"citation","source":"10-Q","url":"https://e/"}\n\n',
  'data: {"type":"done"}\n\n',
  'data: [DONE]\n\n',
].map(chunk)
/** The number of bytes after which a client has each event. It needs no line break at the end of the chunk. */
const eventEnds = events.map(
  (_, at) => streamHead.length + events.slice(0, at + 1).join('').length - '\r\n'.length,
)
const doneAt = eventEnds.at(-2)!

function inStream(sent: number): string {
  if (sent === 0) return 'before the headers'
  if (sent < streamHead.length) return 'in the headers'
  if (sent >= doneAt) return 'after done'
  const isBetween = sent === streamHead.length || eventEnds.includes(sent)
  return isBetween ? 'between events' : 'in an event'
}

const analysis = JSON.stringify({ text: 'piece '.repeat(100), metadata: { model: 'm' } })
const error = JSON.stringify({ error: { type: 'service_unavailable', message: 'm '.repeat(200) } })

function whole(status: string, body: string, ...lines: string[]): { head: string; bytes: Buffer } {
  const length = `content-length: ${body.length}`
  const head = headOf(status, 'content-type: application/json', length, ...lines)
  return { head, bytes: Buffer.from(head + body) }
}

/** An answer with a body. Its end is the end of the call, or starts the wait for the next attempt. */
function answerOf(
  name: Answer['name'],
  inBody: string,
  atEnd: string,
  ...from: Parameters<typeof whole>
): Answer {
  const { head, bytes } = whole(...from)
  return {
    name,
    bytes,
    enough: bytes.length,
    momentAt(sent) {
      if (sent < head.length) return sent === 0 ? 'before the headers' : 'in the headers'
      return sent === bytes.length ? atEnd : inBody
    },
  }
}

function streamOf(name: Answer['name'], end: string): Answer {
  const bytes = Buffer.from(streamHead + events.join('') + end)
  return { name, bytes, enough: doneAt, momentAt: inStream }
}

export const answers: readonly Answer[] = [
  streamOf('stream', lastChunk),
  streamOf('kept-open stream', ''),
  answerOf('JSON', 'in a JSON answer', 'after done', '200 OK', analysis),
  answerOf('error', 'in an error body', 'after an error', '400 Bad Request', error),
  answerOf(
    'refusal',
    'in an error body',
    'while waiting to ask again',
    '503 No',
    error,
    'retry-after: 5',
  ),
]
