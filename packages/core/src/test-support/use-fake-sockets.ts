import { afterEach, beforeEach, expect, vi } from 'vitest'
import { VecTrade as CoreClient } from '../client.ts'
import type { VecTrade, VecTradeOptions } from '../index.ts'
import { FakeSocket } from './fake-sockets.ts'

export const key = 'vq_secret'
/** The option of the clients. */
export const maxEventBytes = 10_000

/** A new client for each test, and a clock that the test controls. Each random number is 1. */
export interface SocketLab {
  client: VecTrade
  sockets: FakeSocket[]
  /** The requests that learn why a handshake has failed. */
  requests: { url: string; authorization: string | undefined }[]
  /** The status that these requests get. */
  status: number
  /** Resolves to the socket of this number, from 1, once the client opens it. */
  socketOf: (number: number) => Promise<FakeSocket>
}

/** Lets the module of the feeds load, and all that is ready happen. */
export const settle = (): Promise<unknown> =>
  vi.waitFor(() => vi.advanceTimersByTimeAsync(0), { timeout: 60_000 })

/** @param apiKey the key of the clients */
export function useFakeSockets(apiKey: VecTradeOptions['apiKey'] = key): SocketLab {
  const lab: SocketLab = {
    client: clientOf(apiKey, () => lab),
    sockets: [],
    requests: [],
    status: 426,
    async socketOf(number) {
      const isThere = (): void => expect(lab.sockets.length).toBeGreaterThanOrEqual(number)
      await vi.waitFor(isThere, { timeout: 60_000 })
      return lab.sockets[number - 1]!
    },
  }
  beforeEach(() => {
    Object.assign(lab, {
      client: clientOf(apiKey, () => lab),
      sockets: [],
      requests: [],
      status: 426,
    })
    vi.useFakeTimers()
    vi.spyOn(Math, 'random').mockReturnValue(1)
  })
  afterEach(() => {
    lab.client.close()
    vi.useRealTimers()
    vi.restoreAllMocks()
  })
  return lab
}

function clientOf(apiKey: VecTradeOptions['apiKey'], lab: () => SocketLab): VecTrade {
  return new CoreClient(
    {
      apiKey,
      maxEventBytes,
      async fetch(url, { headers }) {
        lab().requests.push({ url, authorization: headers['authorization'] })
        return new Response('', { status: lab().status })
      },
    },
    {
      openSocket(url, headers) {
        const socket = new FakeSocket(url, headers)
        lab().sockets.push(socket)
        return socket
      },
    },
  )
}
