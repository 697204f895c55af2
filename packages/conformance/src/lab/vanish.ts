import { once } from 'node:events'
import { connect } from 'node:net'

/** A caller of bare sockets that goes away without a word. */
export interface Caller {
  /** What it asks, by POST. */
  url: string
  /** Whether it leaves with a FIN or an RST. */
  how: 'fin' | 'rst'
  /**
   * After the first event, with the first request that the sandbox gets of this call, or in the middle
   * of its own body.
   */
  after: 'event' | 'request' | 'half'
  /** Reads nothing before it leaves. */
  unread?: boolean
  /** Sends its body behind the head, as long prompts come. */
  apart?: boolean
  /** The call to the sandbox that the served handler makes. */
  call: string
}

/** Resolves once the caller has left. */
export async function vanish(
  { url, how, after, unread = false, apart = false }: Caller,
  requested: () => Promise<void>,
): Promise<void> {
  const { hostname, port, pathname, host } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  await once(socket, 'connect')
  const body = JSON.stringify({ prompt: 'Bull case?' })
  const head =
    `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\n` +
    `content-length: ${after === 'half' ? 2 * body.length : body.length}\r\n\r\n`
  socket.write(apart ? head : head + body)
  if (apart) setTimeout(() => socket.write(body), 50)
  const ended = once(socket, 'close').then(() => {
    throw new Error('The server closed the connection first')
  })
  if (!unread) {
    const event = new Promise<void>((resolve) => {
      socket.on('data', (bytes: Buffer) => {
        if (bytes.includes('"type":"text"')) resolve()
      })
    })
    if (after === 'event') await Promise.race([event, ended])
  }
  if (after === 'request' || unread) await Promise.race([requested(), ended])
  if (after === 'half') await Promise.race([new Promise((go) => setTimeout(go, 100)), ended])
  ended.catch(() => {})
  if (how === 'rst') socket.resetAndDestroy()
  else socket.destroy()
}
