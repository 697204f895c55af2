import { singleHeader } from '../errors/single-header.ts'
import type { EventTypes } from '../events/own-event.ts'
import type { OtherEvent, StreamEvent } from '../events/stream-event.ts'
import { StreamStoreError } from '../errors/stream-store-error.ts'
import { log, type Logger, warnAbout } from '../lifetime/logger.ts'
import { markHandled } from '../lifetime/mark-handled.ts'
import { MessageLog } from '../store/message-log.ts'
import { produce } from '../store/produce.ts'
import { StreamRecorder } from '../store/stream-recorder.ts'
import type {
  StoredStream,
  StreamOutcome,
  StreamProducer,
  StreamStore,
} from '../store/stream-store.ts'
import type { AnalysisStream } from '../stream/stream.ts'
import { toBase64Url } from './base64-url.ts'
import { detachableSignal } from './detachable-signal.ts'
import { endpointLogger } from './endpoint-logger.ts'
import type { HandlerContext, HandlerOptions } from './handler-options.ts'
import { Refusal } from './refusal.ts'
import { tooManyStreams } from './running-streams.ts'
import { storedResponse } from './stored-response.ts'

/**
 * An answer that is stored as it arrives. The store creates its stream before the request to VecTrade is sent,
 * because only the store can count the owner's streams on all instances. Call `respond` or `abandon` next.
 */
export interface StoredAnswer {
  /** The signal for the call to VecTrade. It is aborted if the caller leaves before the response. */
  readonly signal: AbortSignal
  /**
   * Stores the answer as it arrives, and responds with it. From here on, it continues if the caller leaves.
   *
   * @param heartbeatFirst whether to send a heartbeat at once
   * @param onEnd called when the answer ends, perhaps more than once. One call has the error of an answer that has failed
   */
  respond(
    stream: AnalysisStream<StreamEvent | OtherEvent>,
    heartbeatFirst: boolean,
    onEnd: (error?: unknown) => void,
  ): Response
  /** Removes the stream from the store. No caller has learned its id yet. */
  abandon(): void
}

/** The streams that an endpoint keeps in its store. Begins them, resumes them and stops them. */
export class StoredStreams {
  readonly #store: StreamStore
  readonly #options: HandlerOptions<EventTypes>
  /** Gets warnings. Undefined if they are not logged. */
  readonly #logger: Logger | undefined
  /** Gets the steps of streams. Undefined if they are not logged. */
  readonly #steps: Logger | undefined
  /** The number of streams that have begun. The log has this number, because an id can be enough to read a stream. */
  #begun = 0

  constructor(store: StreamStore, options: HandlerOptions<EventTypes>) {
    this.#store = store
    this.#options = options
    const loggerOf = endpointLogger(options, options.client?.ai.log)
    this.#logger = loggerOf('warn')
    this.#steps = loggerOf('debug')
  }

  /**
   * Responds with the messages that the caller has not seen and with those still to come. The status is
   * 204 if the caller has seen the whole stream.
   *
   * @throws Refusal with a 404 if the owner has no such stream
   */
  async get(request: Request, id: string, owner: string): Promise<Response> {
    const { length, outcome } = await this.#find(id, owner)
    const after = lastEventIdOf(request)
    const hasSeenAll = outcome !== undefined && after >= length
    if (hasSeenAll && (outcome !== 'error' || (await this.#endsWithError(id, length)))) {
      return new Response(null, { status: 204 })
    }
    log(this.#steps, 'debug', `vectrade: a stored stream is resumed after message ${after}`, {
      event: 'store.resume',
      after,
      messages: length,
    })
    const isWhole = async (position = after): Promise<boolean> => {
      const { length: all = Infinity, outcome: end } = (await this.#store.find(id)) ?? {}
      // A stored error message ends the response before this is called. So the outcome `error` means here that the
      // store was too full for the error message.
      return end !== undefined && end !== 'error' && position >= all
    }
    return storedResponse(id, this.#store.read(id, after, request.signal), {
      heartbeat: this.#options.heartbeat,
      heartbeatFirst: after >= length,
      isWhole,
    })
  }

  /**
   * Stops the answer of a stream, wherever its producer runs. What has been stored stays readable.
   *
   * @throws Refusal with a 404 if the owner has no such stream
   */
  async stop(id: string, owner: string): Promise<Response> {
    await this.#find(id, owner)
    log(this.#steps, 'debug', 'vectrade: a stored stream is stopped', { event: 'store.stop' })
    await this.#store.stop(id)
    return new Response(null, { status: 204 })
  }

  /**
   * Begins a stream for a new answer. Returns undefined if the caller has left already, or if the store
   * cannot store an answer. Then only the caller gets the answer.
   *
   * @throws Refusal if the owner has too many running streams
   */
  async begin(
    request: Request,
    owner: string,
    context: HandlerContext,
  ): Promise<StoredAnswer | undefined> {
    if (request.signal.aborted) return undefined
    const { maxStreamsPerOwner, heartbeat } = this.#options
    const store = this.#store
    const logger = this.#logger
    const id = newId()
    let producer: StreamProducer
    /** Renews the lease of the stream, even before the answer begins. */
    let recorder: StreamRecorder
    try {
      producer = await store.create(id, { owner, maxStreamsPerOwner })
      recorder = new StreamRecorder(producer, store.lease, logger)
    } catch (error) {
      if (error instanceof StreamStoreError && error.problem === 'owner-limit') {
        throw tooManyStreams(maxStreamsPerOwner)
      }
      warnAbout(logger, 'store.failed', 'vectrade: an answer cannot be resumed', error)
      return undefined
    }
    const { signal, detach } = detachableSignal(request.signal)
    /** Asks the platform to keep running until the work ends. */
    const outlive = (work: Promise<void>): void => {
      void markHandled(work)
      const telling = (async () => context.waitUntil?.(work))()
      telling.catch((error: unknown) => {
        // The work has begun, and continues for as long as the platform lets it.
        warnAbout(logger, 'waitUntil.failed', "vectrade: the platform's waitUntil failed", error)
      })
    }
    return {
      signal,
      respond: (stream, heartbeatFirst, onEnd) => {
        detach()
        const messageLog = new MessageLog({ isReadOnce: true })
        const messages = messageLog.read(0)
        const logEnd = this.#logBegin()
        const work = produce(stream, messageLog, producer, recorder, onEnd)
        outlive(work.then(logEnd).finally(() => onEnd()))
        return storedResponse(id, messages, { heartbeat, heartbeatFirst })
      },
      abandon: () => {
        recorder.giveUp()
        // If the store cannot be reached, it drops the stream by itself after a lease.
        outlive((async () => store.expire(id))().catch(() => {}))
      },
    }
  }

  /** Logs the beginning of a stream, and returns a function that logs its end. */
  #logBegin(): (outcome: StreamOutcome) => void {
    const logger = this.#steps
    const stream = (this.#begun += 1)
    const start = performance.now()
    const event = 'store.begin'
    log(logger, 'debug', `vectrade: stored stream ${stream} begins`, { event, stream })
    return (outcome) => {
      const ms = Math.round(performance.now() - start)
      log(
        logger,
        'debug',
        `vectrade: stored stream ${stream} has ended (${outcome}) after ${ms} ms`,
        {
          event: 'store.end',
          stream,
          outcome,
          ms,
        },
      )
    }
  }

  /** Returns a stream of the owner. Any other stream is a 404, whether or not another owner has it. */
  async #find(id: string, owner: string): Promise<StoredStream> {
    const stored = idPattern.test(id) ? await this.#store.find(id) : undefined
    if (stored?.owner !== owner) throw new Refusal(404, 'There is no such stream')
    return stored
  }

  /** Whether the last message of a stream is its error. The error is missing if it was too large to store. */
  async #endsWithError(id: string, length: number): Promise<boolean> {
    const last = this.#store.read(id, Math.max(0, length - 1))
    for await (const { event } of last) return event === 'error'
    return false
  }
}

/** Returns the position after which the caller continues: 0 if the header is not one of our ids. */
function lastEventIdOf(request: Request): number {
  const value = singleHeader(request.headers, 'last-event-id', ',') ?? ''
  return /^\d{1,9}$/.test(value) ? Number(value) : 0
}

/** Makes an id of 128 random bits. */
function newId(): string {
  return toBase64Url(crypto.getRandomValues(new Uint8Array(16)))
}

/** Matches the ids that {@link newId} makes. The store is not asked for any other. */
const idPattern = /^[\w-]{22}$/
