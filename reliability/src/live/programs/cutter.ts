// The network: it passes on the bytes of each hop, and cuts connections on demand.
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { serveCalls } from '../../program.ts'
import type { CutKind } from '../cut.ts'

/** A connection that comes from a client, and the one that leads on to the server. */
interface Pair {
  near: Socket
  far: Socket
}

class Hop {
  readonly server: Server = createServer((socket) => this.#onConnection(socket))
  /** A port or the path of a Unix socket. Without one, connections are refused. */
  target: number | string | undefined
  /** The connections that were not cut. */
  readonly pairs: Set<Pair> = new Set()
  /** All connections, including those that only went silent. */
  readonly sockets: Set<Socket> = new Set()

  #onConnection(near: Socket): void {
    if (this.target === undefined) return void near.resetAndDestroy()
    const far = connect(
      typeof this.target === 'string'
        ? { path: this.target }
        : { port: this.target, host: '127.0.0.1' },
    )
    const pair = { near, far }
    this.pairs.add(pair)
    const close = (other: Socket): void => {
      this.pairs.delete(pair)
      other.destroySoon()
    }
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        this.sockets.delete(socket)
        close(other)
      })
      socket.pipe(other)
    }
  }

  cut(pair: Pair, kind: CutKind): void {
    const { near, far } = pair
    this.pairs.delete(pair)
    switch (kind) {
      case 'fin':
        return void far.destroy()
      case 'rst':
        near.resetAndDestroy()
        return void far.destroy()
      case 'in an event':
        far.unpipe(near)
        far.once('data', (bytes: Buffer) => {
          near.write(bytes.subarray(0, bytes.length >> 1))
          far.destroy()
        })
        return void far.resume()
      case 'silence':
        far.unpipe(near).pause()
        return
    }
  }

  stall(): void {
    for (const { near, far } of this.pairs) far.unpipe(near).pause()
  }

  resume(): void {
    for (const { near, far } of this.pairs) far.pipe(near)
  }
}

const hops = { upstream: new Hop(), readers: new Hop(), stallers: new Hop() }
type HopName = keyof typeof hops
for (const { server } of Object.values(hops)) server.listen(0, '127.0.0.1')
await Promise.all(Object.values(hops).map(({ server }) => once(server, 'listening')))

serveCalls({
  ports: () =>
    Object.fromEntries(
      Object.entries(hops).map(([name, { server }]) => [
        name,
        (server.address() as AddressInfo).port,
      ]),
    ),
  lead(hop: HopName, target: number | string) {
    hops[hop].target = target
  },
  /**
   * Cuts a connection for each of the numbers, which select it among those that are open. Returns how many were
   * cut.
   */
  cut(hop: HopName, kind: CutKind, numbers: number[]) {
    const open = [...hops[hop].pairs]
    const chosen = new Set(numbers.map((number) => open[number % open.length]))
    chosen.delete(undefined)
    for (const pair of chosen) hops[hop].cut(pair!, kind)
    return chosen.size
  },
  stall: (hop: HopName) => hops[hop].stall(),
  resume: (hop: HopName) => hops[hop].resume(),
  /** The connections that were not cut, and have brought something to the client. */
  connected: (hop: HopName) => [...hops[hop].pairs].filter(({ far }) => far.bytesRead > 0).length,
  /** All sockets. */
  open: () => Object.values(hops).reduce((sum, { sockets }) => sum + sockets.size, 0),
})
