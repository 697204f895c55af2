import { once } from 'node:events'
import { connect } from 'node:net'

/** A caller on a bare socket that goes away without notice. */
export interface Caller {
  /** The URL to which it sends a POST. */
  url: string
  /** Whether it leaves with a FIN or an RST. */
  how: 'fin' | 'rst'
  /**
   * When it leaves: after the first event, after the first request of this call that arrives at the
   * sandbox, or in the middle of its own body.
   */
  after: 'event' | 'request' | 'half'
  /** Whether it leaves without reading anything. */
  unread?: boolean
  /** Whether it sends its body some time after the head, as with long prompts. */
  apart?: boolean
  /** The call to the sandbox that the served handler makes. */
  call: string
}

/** Makes the call. Resolves when the caller has left. */
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
  // A busy server takes this long until it asks for the body.
  if (after === 'half') await Promise.race([new Promise((go) => setTimeout(go, 1_000)), ended])
  ended.catch(() => {})
  if (how === 'rst') socket.resetAndDestroy()
  else socket.destroy()
}
