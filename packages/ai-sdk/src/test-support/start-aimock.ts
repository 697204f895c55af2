import { connect, createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { LLMock } from '@copilotkit/aimock'

/** A server that speaks the wires of OpenAI, Anthropic and Google. Its answers are those that a test adds. */
export interface AimockServer extends AsyncDisposable {
  readonly mock: LLMock
  /** The address of a proxy before the server, through which `open` is known. */
  readonly url: string
  /** The connections that clients have open. */
  readonly open: number
}

/** Starts the package `@copilotkit/aimock`, behind a proxy on bare sockets that counts connections. */
export async function startAimock(): Promise<AimockServer> {
  const mock = new LLMock({ port: 0, host: '127.0.0.1', chunkSize: 5 })
  await mock.start()
  const { port, hostname } = new URL(mock.url)
  const sockets = new Set<Socket>()
  const proxy = createServer((socket) => {
    sockets.add(socket)
    const upstream = connect(Number(port), hostname)
    socket.on('close', () => {
      sockets.delete(socket)
      upstream.destroy()
    })
    upstream.on('close', () => socket.destroy())
    for (const each of [socket, upstream]) each.on('error', () => {})
    socket.pipe(upstream).pipe(socket)
  })
  await new Promise<void>((resolve) => {
    proxy.listen(0, '127.0.0.1', resolve)
  })
  return {
    mock,
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    get open() {
      return sockets.size
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => {
        proxy.close(() => resolve())
      })
      await mock.stop()
    },
  }
}
