import type { LiveSocket } from '@vectrade/core/adapter'

/** A WebSocket of Workers. It brings nothing until it is accepted. */
interface WorkerSocket extends LiveSocket {
  accept(): void
}

/** Whether WebSockets can be opened with `fetch`, as on Cloudflare Workers. */
export function isWorkers(): boolean {
  return 'WebSocketPair' in globalThis
}

/**
 * Opens a WebSocket. On Workers, only `fetch` can send headers with its handshake.
 *
 * @throws Error if the server refuses the handshake
 * @see https://developers.cloudflare.com/workers/examples/websockets/
 */
export async function openSocket(
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<LiveSocket> {
  const response = await fetch(url.replace(/^ws/, 'http'), {
    headers: { ...headers, upgrade: 'websocket' },
    // Otherwise, the key would go wherever a redirect leads.
    redirect: 'manual',
    signal,
  })
  const { webSocket } = response as { webSocket?: WorkerSocket | null }
  if (!webSocket) {
    await response.body?.cancel()
    throw new Error(`The server answered the handshake with status ${response.status}`)
  }
  webSocket.accept()
  return webSocket
}
