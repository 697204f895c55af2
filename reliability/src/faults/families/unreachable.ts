import { freePort } from '@vectrade/test-kit/free-port'
import { stages } from '../answer-form.ts'
import { type Cell, whenFailed } from '../cell.ts'

const unreachable = {
  stage: 'before headers',
  expected: ['ConnectionError'],
  play: async (): Promise<void> => {},
} as const

/** A TLS record with a valid head and random content. */
const falseRecord = Buffer.concat([Buffer.from([23, 3, 3, 0, 64]), Buffer.alloc(64, 0x5a)])

/** Servers that cannot be reached, and TLS that fails. */
export const unreachables: readonly Cell[] = [
  {
    ...unreachable,
    family: 'connection refused',
    server: 'none',
    origin: async () => `http://127.0.0.1:${await freePort()}`,
  },
  {
    ...unreachable,
    family: 'DNS failure',
    server: 'none',
    origin: () => 'https://nowhere.invalid',
    // A resolver without a network can be slow.
    expected: ['ConnectionError', 'TimeoutError (headers)'],
    limit: 'timeout',
  },
  {
    ...unreachable,
    family: 'TLS failure',
    variant: 'an unknown authority',
    server: 'unknown authority',
  },
  {
    ...unreachable,
    family: 'TLS failure',
    variant: 'a server without TLS',
    server: 'trusted',
    onConnect: ({ socket }) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
  },
  {
    ...unreachable,
    family: 'TLS failure',
    variant: 'FIN in the handshake',
    server: 'trusted',
    onConnect: ({ socket }) => socket.once('data', () => socket.end()),
  },
  {
    ...unreachable,
    family: 'TLS failure',
    variant: 'silence in the handshake',
    server: 'trusted',
    // The server ends the connection after a while. Otherwise undici would wait 10 s, long after the call.
    onConnect: ({ socket }) => setTimeout(() => socket.destroy(), 2_500),
    expected: ['TimeoutError (headers)'],
    limit: 'timeout',
  },
  ...stages.flatMap((stage): Cell[] => [
    {
      family: 'TLS failure',
      variant: 'a false record',
      stage,
      server: 'trusted',
      expected: whenFailed(stage),
      async play(wire) {
        await wire.sendUpTo(stage)
        await wire.pause(30)
        wire.socket.end(falseRecord)
      },
    },
    {
      family: 'TLS failure',
      variant: 'a FIN that TLS has not announced',
      stage,
      server: 'trusted',
      expected: whenFailed(stage),
      async play(wire) {
        await wire.sendUpTo(stage, { framing: 'close' })
        await wire.pause(30)
        wire.socket.end()
      },
    },
  ]),
]
