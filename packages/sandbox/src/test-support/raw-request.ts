import { connect } from 'node:net'
import { formatFault } from '../fault-syntax.ts'
import type { Fault } from '../faults.ts'
import type { Sandbox } from '../server.ts'

/** An answer as its bytes arrived, without the corrections of an HTTP client. */
export interface RawAnswer {
  status: number
  headers: Map<string, string>
  /** The header lines as they arrived, repeated ones too. */
  headerLines: string[]
  /** The chunks of a chunked body. Any other body is one frame. */
  frames: Buffer[]
  /** All frames together. */
  body: Buffer
  /** Whether the last chunk, of length 0, arrived. */
  terminated: boolean
  /** How the connection ended. `open` if `until` returned true before that. */
  end: 'fin' | 'rst' | 'open'
}

/** A request. With the defaults, it works and has a separate connection. */
export interface RawRequest {
  fault?: Fault
  method?: string
  path?: string
  headers?: Record<string, string | undefined>
  body?: string
  /** Called with all text so far. If it returns true, the request stops waiting and disconnects. */
  until?: (text: string) => boolean
}

export const prompt = 'Bull case for NVDA?'

/** Sends one request on a bare socket, and reads until the connection ends. */
export async function rawRequest(sandbox: Sandbox, request: RawRequest = {}): Promise<RawAnswer> {
  const { hostname, port, host } = new URL(sandbox.url)
  const { method = 'POST', path = '/v1/ai/analyze', fault, until } = request
  const body = request.body ?? JSON.stringify({ prompt, stream: true })
  const headers: Record<string, string | undefined> = {
    host,
    connection: 'close',
    authorization: `Bearer ${sandbox.apiKey}`,
    'content-length': String(Buffer.byteLength(body)),
    'x-sandbox-fault': fault && formatFault(fault),
    ...request.headers,
  }
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`],
  )
  const parts: Buffer[] = []
  const end = await new Promise<RawAnswer['end']>((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(`${[`${method} ${path} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n${body}`)
    })
    socket.on('data', (part: Buffer) => {
      parts.push(part)
      if (!until?.(Buffer.concat(parts).toString())) return
      resolve('open')
      socket.destroy()
    })
    socket.on('end', () => resolve('fin'))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET') resolve('rst')
      else reject(error)
    })
  })
  return { ...parse(Buffer.concat(parts)), end }
}

function parse(bytes: Buffer): Omit<RawAnswer, 'end'> {
  const headEnd = bytes.indexOf('\r\n\r\n')
  const [first = '', ...lines] = bytes.subarray(0, Math.max(headEnd, 0)).toString().split('\r\n')
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
  const status = Number(first.split(' ')[1] ?? 0)
  const rest = headEnd < 0 ? Buffer.alloc(0) : bytes.subarray(headEnd + 4)
  if (headers.get('transfer-encoding') !== 'chunked') {
    return { status, headers, headerLines: lines, frames: [rest], body: rest, terminated: false }
  }
  const frames: Buffer[] = []
  let at = 0
  let terminated = false
  while (at < rest.length && !terminated) {
    const line = rest.indexOf('\r\n', at)
    const length = Number.parseInt(rest.subarray(at, line).toString(), 16)
    terminated = length === 0
    if (!terminated) frames.push(rest.subarray(line + 2, line + 2 + length))
    at = line + 2 + length + 2
  }
  return { status, headers, headerLines: lines, frames, body: Buffer.concat(frames), terminated }
}

/** Returns the `data` of each event of a stream with LF line endings. */
export function dataOf(stream: Buffer | string): string[] {
  return [...stream.toString().matchAll(/^data: (.*)$/gm)].map(([, data]) => data ?? '')
}

/** Returns the text of a stream's text events. */
export function textOf(stream: Buffer | string): string {
  return dataOf(stream)
    .filter((data) => data.startsWith('{"type":"text"'))
    .map((data) => (JSON.parse(data) as { content: string }).content)
    .join('')
}
