// A process of its own that sends the same events to many readers. It answers each message with one.
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { type BroadcasterName, broadcasters } from './broadcasters.ts'
import { type Market, quote } from './quotes.ts'

export type ServerRequest =
  /** Sends events, `burst` of them at a time. */
  | { kind: 'send'; market: Market; from: number; to: number; burst: number }
  /** The CPU time of this process so far, in µs. */
  | { kind: 'cpu' }
  /** The heap in bytes, after a garbage collection. */
  | { kind: 'weigh' }

/** ms between two sends. It is longer than the timers that broadcasters set to collect events. */
const pause = 2
/** More than Linux takes for a reader that does not read, which is some 4 MiB. Events alone would not fill that. */
const filler = Buffer.alloc(8 * 1024 * 1024)

const { listener, send } = broadcasters[process.argv[2] as BroadcasterName]()
const stalled: Socket[] = []

const server = createServer((request, response) => {
  if (request.url?.endsWith('&stalled')) {
    request.socket.write(filler)
    stalled.push(request.socket)
  }
  listener(request, response)
})

async function sendAll({ market, from, to, burst }: ServerRequest & { kind: 'send' }) {
  for (let number = from; number < to; number += burst) {
    const length = Math.min(burst, to - number)
    send(Array.from({ length }, (_, index) => quote(number + index, market)))
    await setImmediate()
    await setTimeout(pause)
  }
  if (stalled.some((socket) => socket.writableLength === 0)) throw new Error('a reader reads on')
}

async function weigh(): Promise<number> {
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc?.()
    await setTimeout(50)
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

async function answer(message: ServerRequest): Promise<unknown> {
  if (message.kind === 'send') return sendAll(message)
  if (message.kind === 'weigh') return weigh()
  const { user, system } = process.cpuUsage()
  return user + system
}

process.on('message', (message: ServerRequest) => {
  void answer(message).then((reply) => process.send?.(reply ?? 'done'))
})
server.listen(0, '127.0.0.1', 4096, () => {
  process.send?.((server.address() as AddressInfo).port)
})
// The process that started this one is gone.
process.on('disconnect', () => process.exit())
