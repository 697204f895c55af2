import { markHandled } from '../lifetime/mark-handled.ts'
import { StreamInterruptedError } from '../errors/connection-error.ts'
import { StreamStoreError } from '../errors/stream-store-error.ts'
import type { NumberedMessage, StoredStream, StreamStore } from '../store/stream-store.ts'
import { streamIdHeader } from '../store/stream-id.ts'
import { singleHeader } from '../errors/single-header.ts'
import { encodeEvent } from '../sse/encode.ts'
import { relayResponse } from '../relay/readable.ts'
import { forRelay } from '../relay/relay-source.ts'

/** A stream that somebody asks for who may have it. */
export interface OpenStored extends StoredStream {
  id: string
}

/** The stream that a GET or DELETE is about; undefined for any other request. */
export function streamIdOf(request: Request): string | undefined {
  if (request.method !== 'GET' && request.method !== 'DELETE') return undefined
  return new URL(request.url).searchParams.get('stream') ?? undefined
}

/** Undefined where it is unknown, gone or somebody else's: nobody can tell one from the other. */
export async function openStored(
  store: StreamStore,
  id: string,
  owner: string,
): Promise<OpenStored | undefined> {
  // What cannot be an id of ours is not for the store.
  const stored = idPattern.test(id) ? await store.find(id) : undefined
  return stored?.owner === owner ? { ...stored, id } : undefined
}

/** What the caller has not seen of a stream, and what is to come. */
export async function resumeStored(
  store: StreamStore,
  { id, length, outcome }: OpenStored,
  request: Request,
  heartbeat: number | undefined,
): Promise<Response> {
  const after = lastEventIdOf(request)
  const isOver = outcome !== undefined && after >= length
  if (isOver && (outcome !== 'error' || (await endsWithError(store, id, length)))) {
    return new Response(null, { status: 204 })
  }
  const source = new StoredSource(store.read(id, after, request.signal), async (position) => {
    const { length: all = Infinity, outcome: end } = (await store.find(id)) ?? {}
    // After an error message, nothing asks. Without one, the store was full before the end.
    return end !== undefined && end !== 'error' && (position ?? after) >= all
  })
  return storedResponse(id, source, { heartbeat, heartbeatFirst: after >= length })
}

/** Whether a stream has its error as its last message. One that was too large for its store has none. */
async function endsWithError(store: StreamStore, id: string, length: number): Promise<boolean> {
  for await (const { event } of store.read(id, Math.max(0, length - 1))) return event === 'error'
  return false
}

export async function stopStored(store: StreamStore, { id }: OpenStored): Promise<Response> {
  await store.stop(id)
  return new Response(null, { status: 204 })
}

/** Returns the response with a stored stream. */
export function storedResponse(
  id: string,
  source: StoredSource,
  { heartbeat, heartbeatFirst }: { heartbeat: number | undefined; heartbeatFirst: boolean },
): Response {
  const init = { headers: { [streamIdHeader]: id }, heartbeat }
  const relayed = { [forRelay]: () => ({ items: source, isCut: () => source.cut }) }
  return relayResponse(relayed, numberedText, init, { heartbeatFirst })
}

function numberedText({ id, ...message }: Numbered): string {
  return encodeEvent(id === undefined ? message : { ...message, id: String(id) })
}

/** A message, or the last word of this server, which is none of the stream's. */
type Numbered = Omit<NumberedMessage, 'id'> & { id?: number }

/** A stored stream as it is told: one that ends with an error has no [DONE] behind it. */
export class StoredSource implements AsyncIterable<Numbered> {
  cut = false
  readonly #messages: AsyncIterable<NumberedMessage>
  readonly #isWhole: (position: number | undefined) => Promise<boolean>

  /** @param isWhole whether the end of the messages, behind this one, is the end of the stream */
  constructor(
    messages: AsyncIterable<NumberedMessage>,
    isWhole: (position: number | undefined) => Promise<boolean> = async () => true,
  ) {
    this.#messages = messages
    this.#isWhole = isWhole
  }

  [Symbol.asyncIterator](): AsyncIterator<Numbered> {
    const iterator = this.#messages[Symbol.asyncIterator]()
    let position: number | undefined
    let isAtEnd = false
    /** Whether the messages have ended or were told to end. */
    let isOver = false
    const leave = async (): Promise<void> => {
      if (isOver) return
      isOver = true
      await iterator.return?.()
    }
    return {
      next: async () => {
        if (this.cut) {
          // The error is the last message. The store's iterator has not ended yet, so end it.
          void markHandled(leave())
          return { done: true, value: undefined }
        }
        try {
          const result = await iterator.next()
          if (result.done) {
            isAtEnd = true
            isOver = true
            // One that expired while it was read is over, and is no whole answer.
            if (!(await this.#isWhole(position))) throw new StreamInterruptedError()
            return result
          }
          position = result.value.id
          this.cut = result.value.event === 'error'
          return result
        } catch (error) {
          isOver = true
          // A store that is away for a moment: without a word at the end, the caller comes again.
          const isNothingRead = position === undefined || isAtEnd
          if (isNothingRead && error instanceof StreamStoreError && error.retryable) {
            this.cut = true
            return { done: true, value: undefined }
          }
          // Of the answer itself, whose producer is gone; of this server all else speaks.
          if (!(error instanceof StreamInterruptedError)) throw error
          this.cut = true
          return { done: false, value: interrupted }
        }
      },
      return: async () => {
        await leave()
        return { done: true, value: undefined }
      },
    }
  }
}

const interrupted: Numbered = {
  event: 'error',
  data:
    '{"error":{"type":"stream_interrupted",' +
    '"message":"What is missing of the answer is not there any more"}}',
}

/** Where the caller left off; what is no number of ours is the beginning. */
function lastEventIdOf(request: Request): number {
  const value = singleHeader(request.headers, 'last-event-id', ',') ?? ''
  return /^\d{1,9}$/.test(value) ? Number(value) : 0
}

const idPattern = /^[\w-]{22}$/
