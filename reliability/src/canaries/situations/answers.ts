import { analyze, ask, type Situation } from '../situation.ts'
import { chunk, lastChunk } from '@vectrade/test-kit/raw-server'
import { answer, eventStream } from '../hostile-server.ts'
import { marks } from '../marks.ts'

const { key, prompt, payload } = marks

/** Words of a server that quotes the key it was given. */
const quoting = `The key ${key} (or ${key.toUpperCase()}) is wrong${' '.repeat(9)}${key}`
/** Details may repeat the request. They are not printed. */
const details = { key, prompt, nested: [{ payload }] }

/** Error bodies in every shape. They quote the key in each field, and everything else in `details`. */
export const bodies: Readonly<Record<string, string>> = {
  documented: JSON.stringify({
    error: { type: `t_${key}`, message: quoting, docs_url: `https://d/?${key}`, details },
    request_id: key,
  }),
  flat: JSON.stringify({ error_code: key, message: quoting, details, request_id: key }),
  problem: JSON.stringify({ type: `https://e/${key}`, title: key, detail: quoting, details }),
  gateway: JSON.stringify({ error: key, message: quoting, upgrade_url: key, ...details }),
  cut: JSON.stringify({
    error: { message: `${'-'.repeat(1_990)}${key}`, type: `${'-'.repeat(250)}${key}` },
  }),
  page: `<h1>${key} ${prompt} ${payload}</h1>`,
  text: `${key} ${prompt} ${payload}`,
  empty: '',
}

const statuses = [400, 401, 402, 403, 404, 408, 409, 418, 422, 429, 500, 502, 503, 504]

/** Answers that are errors or not valid. */
export const answers: readonly Situation[] = [
  ...statuses.flatMap((status) =>
    Object.entries(bodies).map(([shape, body]): Situation => ({
      name: `${status}, ${shape}`,
      quotes: true,
      run: (lab) => ask(lab.client(answer(status, body, { 'x-request-id': key }))),
    })),
  ),
  ...[200, 201, 401, 500].flatMap((status) =>
    Object.entries(bodies).map(([shape, body]): Situation => ({
      name: `analyze: ${status}, ${shape}`,
      quotes: true,
      run: (lab) => analyze(lab.client(answer(status, body))),
    })),
  ),
  ...Object.entries(bodies).map(([shape, body]): Situation => ({
    name: `${shape} instead of a stream`,
    quotes: true,
    run: (lab) => ask(lab.client(answer(200, body, { 'x-request-id': key }))),
  })),
  ...[key, `text/html; a="${key}"`, `${'-'.repeat(90)}${key}`, `text/${payload.slice(0, 5)}`].map(
    (type, at): Situation => ({
      name: `content type ${at}`,
      quotes: true,
      run: (lab) => ask(lab.client(answer(200, payload, { 'content-type': type }))),
    }),
  ),
  {
    name: 'retried',
    quotes: true,
    run: (lab) =>
      ask(
        lab.client(answer(503, bodies['flat'] ?? '', { 'retry-after-ms': '1' }), { maxRetries: 2 }),
      ),
  },
  {
    name: 'a longer wait than the limit',
    quotes: true,
    run: (lab) =>
      ask(
        lab.client(answer(429, bodies['flat'] ?? '', { 'retry-after': '999' }), { maxRetries: 2 }),
      ),
  },
  {
    name: 'an error body that is cut',
    quotes: true,
    run: (lab) =>
      ask(lab.client(`HTTP/1.1 500 X\r\ncontent-length: 9999\r\n\r\n${bodies['flat']}`)),
  },
  {
    name: 'analyze: JSON without the text',
    run: (lab) => analyze(lab.client(answer(200, JSON.stringify({ answer: payload })))),
  },
  {
    name: 'analyze: over the limit',
    run: (lab) =>
      analyze(lab.client(answer(200, JSON.stringify({ text: payload.repeat(99) }))), {
        maxEventBytes: 99,
      }),
  },
  {
    name: 'analyze: cut',
    run: (lab) =>
      analyze(lab.client(`HTTP/1.1 200 X\r\ncontent-length: 9999\r\n\r\n{"text":"${payload}`)),
  },
]

const text = `data: {"type":"text","content":"${payload}"}\n\n`
const citation = `data: {"type":"citation","source":"${payload}","url":"https://x/${payload}"}\n\n`

/** Answers that begin well. */
export const streams: readonly Situation[] = [
  ...Object.entries(bodies).flatMap(([shape, body]) =>
    Object.entries({
      'a named event': `event: error\ndata: ${body.replaceAll('\n', ' ')}\n\n`,
      'a type': `data: ${marked(body)}\n\n`,
      nothing: `data: ${body}\n\n`,
    }).flatMap(([mark, event]) =>
      ['', text + citation].map((before): Situation => ({
        name: `in a stream: ${shape}, marked by ${mark}, ${before === '' ? 'first' : 'later'}`,
        quotes: true,
        run: (lab) =>
          ask(lab.client(eventStream(before + event, `x-request-id: ${key}\r\n`) + lastChunk)),
      })),
    ),
  ),
  ...Object.entries({
    'a clean end': lastChunk,
    FIN: '',
    'half an event': chunk(`data: {"type":"text","content":"${payload}`),
    'data that is not JSON': chunk(`data: <b>${payload} ${prompt}\n\n`),
    'an event over the limit': chunk(`data: {"type":"text","content":"${payload.repeat(99)}"}\n\n`),
    'a broken chunk': `ZZ${payload}\r\n`,
    'a name over the limit': chunk(`event: ${payload.repeat(99)}\ndata: 1\n\n`),
    'an id over the limit': chunk(`id: ${payload.repeat(99)}\ndata: 1\n\n`),
    'JSON of another kind': chunk(
      `data: {"error":{"type":"${'/'.repeat(500)}"},"p":"${payload}"}\n\n`,
    ),
  }).flatMap(([how, bytes]) =>
    ['', text, text + citation].map((before, at): Situation => ({
      name: `in a stream: ${how} after ${at} events`,
      run: (lab) =>
        ask(lab.client(eventStream(`: hello\n\n${before}`) + bytes, { maxEventBytes: 900 })),
    })),
  ),
  ...Object.entries({
    'bytes that are not HTTP': `${payload} ${prompt}\r\n\r\n`,
    nothing: '',
    'half a head': `HTTP/1.1 200 OK\r\nx: ${payload}`,
    'a header too long': `HTTP/1.1 200 OK\r\nx-long: ${payload.repeat(9_000)}\r\n\r\n`,
    'an invalid header': `HTTP/1.1 200 OK\r\n${payload}\u0001: x\r\n\r\n`,
    'an invalid status': `HTTP/1.1 ${payload} OK\r\n\r\n`,
    'two lengths': `HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: ${payload}\r\n\r\nx`,
    'a content coding that the body does not have': `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\n\r\n${payload}`,
  }).flatMap(([what, bytes]): Situation[] => [
    { name: `${what} instead of an answer`, run: (lab) => ask(lab.client(bytes)) },
    { name: `analyze: ${what} instead of an answer`, run: (lab) => analyze(lab.client(bytes)) },
  ]),
  {
    name: 'a reset in a stream',
    run: (lab) =>
      ask(
        lab.client((socket) => {
          socket.write(eventStream(text), () => setTimeout(() => socket.resetAndDestroy(), 20))
        }),
      ),
  },
  ...(['timeout', 'idleTimeout', 'heartbeatTimeout'] as const).flatMap((limit): Situation[] => [
    {
      name: `${limit} of a stream`,
      run: (lab) => ask(lab.client(silent(limit), { [limit]: 60 })),
    },
    {
      name: `${limit} of an analysis`,
      run: (lab) =>
        analyze(
          lab.client((socket) => {
            if (limit !== 'timeout')
              socket.write(`HTTP/1.1 200 X\r\ncontent-length: 999\r\n\r\n{"text":"${payload}`)
          }),
          { [limit]: 60 },
        ),
    },
  ]),
]

function silent(limit: string): Parameters<Parameters<Situation['run']>[0]['client']>[0] {
  return (socket) => {
    if (limit !== 'timeout') socket.write(eventStream(text))
  }
}

/** Returns the JSON of an error event that its type marks as an error. */
function marked(body: string): string {
  try {
    return JSON.stringify({ ...JSON.parse(body), type: 'error' })
  } catch {
    return JSON.stringify({ type: 'error', page: body })
  }
}
