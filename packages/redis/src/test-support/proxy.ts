import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A proxy in front of the instances. It cuts connections in the middle of an answer. */
export interface Proxy extends AsyncDisposable {
  url: string
  /** The ports to which it passes new connections on. */
  targets: number[]
  /** The most bytes of an answer that pass before a cut. Infinity means no cuts. */
  longest: number
  readonly cuts: number
}

export async function startProxy(
  targets: number[],
  random: () => number,
  longest: number,
): Promise<Proxy> {
  const sockets = new Set<Socket>()
  const proxy = { targets, longest, url: '', cuts: 0 }
  const server = createServer((inner) => {
    const target = proxy.targets[Math.floor(random() * proxy.targets.length)] ?? 0
    const outer = connect(target, '127.0.0.1')
    let share = 0
    let passed = 0
    inner.on('data', () => {
      share = random()
      passed = 0
    })
    const isReset = random() < 0.5
    for (const socket of [inner, outer]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        inner.destroy()
        outer.destroy()
      })
    }
    inner.pipe(outer)
    outer.on('data', (bytes: Buffer) => {
      // The headers of an answer always pass, because a client does not repeat a request without an answer.
      const left = 400 + share * proxy.longest - passed
      passed += bytes.length
      if (!inner.write(bytes.subarray(0, Math.max(0, left)))) {
        outer.pause()
        inner.once('drain', () => outer.resume())
      }
      if (bytes.length < left) return
      proxy.cuts += 1
      outer.destroy()
      // A reset loses bytes that were sent before it, as it happens on phones.
      if (isReset) inner.resetAndDestroy()
      else inner.end()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  proxy.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/analyze`
  return Object.assign(proxy, {
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  })
}
