import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A proxy in front of a site, which can fail as networks do. */
export interface Proxy extends AsyncDisposable {
  origin: string
  /**
   * `refuse` resets new connections. `swallow` discards all bytes: a connection on which this happened
   * never passes bytes again. Neither mode closes an open connection, which `cut` does.
   */
  mode: 'pass' | 'refuse' | 'swallow'
  /** The number of connections so far. */
  connections: number
  /** The number of connections on which bytes were swallowed. */
  swallowed: number
  cut(): void
}

export async function startProxy(target: string): Promise<Proxy> {
  const open = new Set<Socket>()
  const server = createServer((client) => {
    proxy.connections += 1
    if (proxy.mode === 'refuse') {
      client.resetAndDestroy()
      return
    }
    const { hostname, port } = new URL(target)
    const upstream = connect(Number(port), hostname)
    let swallowed = false
    const ways: [Socket, Socket][] = [
      [client, upstream],
      [upstream, client],
    ]
    for (const [from, to] of ways) {
      open.add(from)
      from.on('data', (chunk) => {
        if (proxy.mode === 'swallow' && !swallowed) {
          swallowed = true
          proxy.swallowed += 1
        }
        if (!swallowed) to.write(chunk)
      })
      from.on('error', () => {})
      from.on('close', () => {
        open.delete(from)
        if (!swallowed) to.destroy()
      })
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy: Proxy = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mode: 'pass',
    connections: 0,
    swallowed: 0,
    cut: () => {
      for (const socket of open) socket.resetAndDestroy()
    },
    [Symbol.asyncDispose]: async () => {
      server.close()
      proxy.cut()
      await once(server, 'close')
    },
  }
  return proxy
}
