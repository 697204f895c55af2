import { connect, type Socket } from 'node:net'

/** A client on a bare socket, which reads only when told to. */
export interface RawClient {
  readonly socket: Socket
  /** All text that has been read so far. */
  readonly text: string
  /** Returns how often a part occurs in the text. */
  count(part: string): number
  /** Resolves when the text fits. */
  until(fits: (text: string) => boolean): Promise<void>
  /** Resolves when the server has ended the connection. */
  readonly ended: Promise<void>
}

/**
 * Sends an HTTP/1.1 request on a bare socket. With `read: false`, it reads nothing until
 * `socket.resume()`.
 */
export async function rawClient(
  port: number,
  request: {
    method?: string
    host?: string
    path?: string
    headers?: string[]
    body?: string
    read?: boolean
    /** Whether its side of the connection stays open after the server has ended its own. */
    allowHalfOpen?: boolean
  } = {},
): Promise<RawClient> {
  const {
    method = 'GET',
    host = 'localhost',
    path = '/',
    headers = [],
    body = '',
    read = true,
    allowHalfOpen = false,
  } = request
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen })
  let text = ''
  const waiting = new Set<() => void>()
  if (read) {
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString()
      for (const look of waiting) look()
    })
  }
  const ended = new Promise<void>((resolve) => {
    socket.on('end', resolve)
    socket.on('close', () => resolve())
  })
  socket.on('error', () => {})
  await new Promise<void>((resolve) => {
    socket.once('connect', resolve)
  })
  const length = body === '' ? [] : [`content-length: ${Buffer.byteLength(body)}`]
  socket.write(
    `${[`${method} ${path} HTTP/1.1`, `host: ${host}`, ...length, ...headers].join('\r\n')}\r\n\r\n${body}`,
  )
  return {
    socket,
    get text() {
      return text
    },
    count: (part) => text.split(part).length - 1,
    until: (fits) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!fits(text)) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
    ended,
  }
}
