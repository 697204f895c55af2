import type { IncomingMessage } from 'node:http'
import { ConfigurationError } from '@vectrade/core'

type Body = NonNullable<RequestInit['body']>

/**
 * Turns the body of a Node request into the body of a Web request.
 *
 * It differs from `Readable.toWeb` in two ways. It reads nothing before the handler does. If the handler
 * reads only a part, the connection stays open, because the answer still has to be sent on it.
 */
export class RequestBody {
  readonly #req: IncomingMessage
  #chunks: AsyncIterator<Uint8Array> | undefined
  #stopped: Promise<unknown> | undefined

  constructor(req: IncomingMessage) {
    this.#req = req
  }

  /**
   * Returns the body that a parser has already read, or else a stream of the incoming bytes. Changes
   * `headers` to describe a parsed body.
   */
  open(headers: Headers): Body {
    const parsed: unknown = 'body' in this.#req ? this.#req.body : undefined
    if (parsed === undefined) return this.#stream()
    // These headers describe the body before it was parsed: parsers also decompress.
    for (const name of ['content-length', 'content-encoding', 'transfer-encoding']) {
      headers.delete(name)
    }
    if (typeof parsed === 'string') return parsed
    if (parsed instanceof Uint8Array) return parsed as Uint8Array<ArrayBuffer>
    headers.set('content-type', 'application/json')
    return JSON.stringify(parsed)
  }

  /** Discards the bytes that were not read, so that the connection can take another request. */
  release(): void {
    void this.#stop().then(() => this.#req.complete && this.#req.resume())
  }

  #stream(): ReadableStream<Uint8Array> {
    return new ReadableStream(
      {
        pull: async (controller) => {
          this.#chunks ??= this.#read()
          const { done, value } = await this.#chunks.next()
          if (done) controller.close()
          else controller.enqueue(value)
        },
        cancel: () => void this.#stop(),
      },
      { highWaterMark: 0 },
    )
  }

  /** Stops reading. A pending read ends only when the next bytes arrive. */
  #stop(): Promise<unknown> {
    return (this.#stopped ??= (async () => this.#chunks?.return?.())().catch(() => {}))
  }

  #read(): AsyncIterator<Uint8Array> {
    if (this.#req.readableDidRead) {
      throw new ConfigurationError(
        'The body of this request has already been read. Set `req.body` to the parsed body',
      )
    }
    return this.#req.iterator({ destroyOnReturn: false })
  }
}
