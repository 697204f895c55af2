import { connect } from 'node:net'

export interface Upload {
  /** Bytes that left this process. */
  sent: number
  /** Whether the server closed the connection in time. */
  isClosed: boolean
  answer: string
}

const piece = `10000\r\n${'x'.repeat(65_536)}\r\n`

/** Sends an endless body as fast as it is read, whatever the answer, for at most this many ms. */
export function uploadForever(port: number, ms: number): Promise<Upload> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    let answer = ''
    let isClosed = true
    const timer = setTimeout(() => {
      isClosed = false
      socket.destroy()
    }, ms)
    const send = (): void => {
      while (!socket.destroyed && socket.write(piece));
    }
    socket.on('error', () => {})
    socket.on('data', (bytes) => (answer += bytes.toString()))
    socket.on('drain', send)
    socket.on('close', () => {
      clearTimeout(timer)
      resolve({ sent: socket.bytesWritten, isClosed, answer })
    })
    socket.write('POST / HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n')
    send()
  })
}
