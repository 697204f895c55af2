import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

const eventStream = { 'content-type': 'text/event-stream' }
const json = { 'content-type': 'application/json' }
const event = (content: string, id = ''): string =>
  `${id}data: {"type":"text","content":"${content}"}\n\n`
const end = 'data: {"type":"done"}\n\n'

/** The answer to one call: a part that may come at once, and a part that comes later. */
interface Answer {
  status?: number
  headers: Record<string, string>
  first?: string
  rest: string
  /** The outcome that the program must report. */
  expected: unknown
}

const streamed = { headers: eventStream, first: event('a'), rest: event('b') + end, expected: 'ab' }
const message = 'Too many requests'

/** The answers, by the first part of the path. */
export const answers: Readonly<Record<string, Answer>> = {
  headers: { headers: eventStream, rest: event('ab') + end, expected: 'ab' },
  idle: streamed,
  heartbeat: streamed,
  stored: streamed,
  json: { headers: json, first: '{"content":', rest: '"ab"}', expected: 'ab' },
  refused: {
    status: 400,
    headers: json,
    first: '{"error":{"type":"validation_error",',
    rest: '"message":"No such symbol"}}',
    expected: 'ValidationError: No such symbol',
  },
  resumed: {
    headers: { ...eventStream, 'x-vectrade-stream-id': 'id' },
    first: ': resumed\n\n',
    rest: event('b', 'id: 2\n') + end,
    expected: 'ab',
  },
  handler: {
    status: 403,
    headers: json,
    rest: `{"error":{"type":"permission_error","message":"${message}"}}`,
    expected: 403,
  },
}

/** ms from the moment when all calls wait to the rest of their answers. By then the program is busy. */
const restAfter = 300

/** Serves one run of the program; `asked` counts the requests of each call. */
export async function serveAnswers(): Promise<{
  url: string
  asked: Map<string, number>
  server: Server
}> {
  const asked = new Map<string, number>()
  const waiting = new Map<string, () => void>()
  let letGo: (() => void) | undefined
  const tryToLetGo = (): void => {
    if (waiting.size < Object.keys(answers).length || letGo === undefined) return
    letGo()
    setTimeout(() => waiting.forEach((send) => send()), restAfter)
  }
  const answer = ({ method, url = '/' }: IncomingMessage, response: ServerResponse): void => {
    const name = url.split(/[/?]/)[1] ?? ''
    const found = answers[name]
    if (name === 'let-go') {
      letGo = () => response.end('go')
      return tryToLetGo()
    }
    if (found === undefined) return void response.writeHead(404).end()
    asked.set(name, (asked.get(name) ?? 0) + 1)
    const { status = 200, headers, first, rest } = found
    if (name === 'resumed' && method === 'POST') {
      // The first connection is cut after the first event, so the second connection has the wait.
      response.writeHead(status, headers).end(event('a', 'id: 1\n'))
      return
    }
    if (first !== undefined) response.writeHead(status, headers).write(first)
    waiting.set(name, () => {
      if (first === undefined) response.writeHead(status, headers)
      response.end(rest)
    })
    tryToLetGo()
  }
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, server }
}
