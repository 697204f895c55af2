import type { IncomingMessage, ServerResponse } from 'node:http'

/** Compression middleware adds `flush`, without which it holds small writes back. */
type MaybeCompressed = ServerResponse & { flush?: () => void }

/**
 * Writes a Web response to a Node one, at the pace of the client. Settles when all is written or the
 * client has gone, which cancels the body. Never rejects: a body that fails cuts the response short,
 * which is what tells the client.
 */
export async function writeResponse(
  response: Response,
  res: MaybeCompressed,
  req?: IncomingMessage,
): Promise<void> {
  if (!res.headersSent) {
    for (const [name, value] of response.headers) {
      if (name !== 'set-cookie') res.setHeader(name, value)
    }
    const cookies = response.headers.getSetCookie()
    if (cookies.length > 0) res.setHeader('set-cookie', cookies)
  }
  // The client gets to know of the answer before its first event.
  res.flushHeaders()
  const reader = response.body?.getReader()
  const client = new Client(res, req, () => void reader?.cancel().catch(() => {}))
  try {
    for (;;) {
      const result = await reader?.read()
      if (client.gone) return
      if (result === undefined || result.done) break
      const flowing = res.write(result.value)
      res.flush?.()
      if (!flowing) await client.drained()
    }
    res.end()
    await client.finished()
  } catch {
    res.destroy()
  } finally {
    client.release()
  }
}

/** The other end of a response: reading, slow, or gone. */
class Client {
  gone: boolean
  readonly #res: ServerResponse
  readonly #socket: IncomingMessage['socket'] | undefined
  readonly #onGone: () => void
  /** Settles whatever waits for the client: one that has gone does not drain. */
  #wake: (() => void) | undefined

  constructor(res: ServerResponse, req: IncomingMessage | undefined, cancel: () => void) {
    this.#res = res
    this.#socket = req?.socket
    this.#onGone = () => {
      this.gone = true
      cancel()
      this.#wake?.()
    }
    this.gone = false
    // A write to a client that has just gone emits an error; 'close' comes with it.
    res.on('error', this.#onGone)
    res.on('close', this.#onGone)
    this.#socket?.on('close', this.#onGone)
    if (res.closed || res.destroyed || this.#socket?.destroyed) this.#onGone()
  }

  drained(): Promise<void> {
    return this.#until('drain')
  }

  finished(): Promise<void> {
    return this.#until('finish')
  }

  release(): void {
    // The handler of errors stays: one may still come, and nobody else listens.
    this.#res.off('close', this.#onGone)
    this.#socket?.off('close', this.#onGone)
  }

  #until(event: 'drain' | 'finish'): Promise<void> {
    return new Promise((resolve) => {
      const settle = (): void => {
        this.#res.off(event, settle)
        this.#wake = undefined
        resolve()
      }
      this.#wake = settle
      if (this.gone) settle()
      else this.#res.once(event, settle)
    })
  }
}
