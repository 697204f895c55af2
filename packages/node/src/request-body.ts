import type { IncomingMessage } from 'node:http'
import { ConfigurationError } from '@vectrade/core'

type Body = NonNullable<RequestInit['body']>

/**
 * The body of a Node request, for a Web one. Nothing is read before somebody asks, and leaving it
 * half read does not close the connection, on which the answer is yet to go out: both are what
 * `Readable.toWeb` would do.
 */
export class RequestBody {
  readonly #req: IncomingMessage
  #chunks: AsyncIterator<Uint8Array> | undefined
  #left: Promise<unknown> | undefined

  constructor(req: IncomingMessage) {
    this.#req = req
  }

  /** What a parser has read, else what is to come. The headers are made to fit it. */
  open(headers: Headers): Body {
    const parsed: unknown = 'body' in this.#req ? this.#req.body : undefined
    if (parsed === undefined) return this.#stream()
    // Parsers also decompress.
    for (const name of ['content-length', 'content-encoding', 'transfer-encoding']) {
      headers.delete(name)
    }
    if (typeof parsed === 'string') return parsed
    if (parsed instanceof Uint8Array) return parsed as Uint8Array<ArrayBuffer>
    headers.set('content-type', 'application/json')
    return JSON.stringify(parsed)
  }

  /** Throws away the bytes that have arrived unread, because another request may follow. */
  release(): void {
    void this.#leave().then(() => this.#req.complete && this.#req.resume())
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
        cancel: () => void this.#leave(),
      },
      { highWaterMark: 0 },
    )
  }

  /** Stops reading. Does not wait: a pending read ends with the next bytes. */
  #leave(): Promise<unknown> {
    return (this.#left ??= (async () => this.#chunks?.return?.())().catch(() => {}))
  }

  #read(): AsyncIterator<Uint8Array> {
    if (this.#req.readableDidRead) {
      throw new ConfigurationError(
        'The body of this request is already read: set `req.body` to what it was',
      )
    }
    return this.#req.iterator({ destroyOnReturn: false })
  }
}
