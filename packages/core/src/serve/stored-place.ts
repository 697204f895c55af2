import { toBase64Url } from './base64-url.ts'
import { StreamStoreError } from '../errors/stream-store-error.ts'
import { markHandled } from '../lifetime/mark-handled.ts'
import { type Logger, warnAbout } from '../lifetime/logger.ts'
import { MessageLog } from '../store/message-log.ts'
import { produce } from '../store/produce.ts'
import { StreamRecorder } from '../store/stream-recorder.ts'
import type { StreamProducer, StreamStore } from '../store/stream-store.ts'
import type { AnalysisStream } from '../stream/stream.ts'
import type { HandlerContext } from './handler-options.ts'
import type { HandlerOptions } from './handler-options.ts'
import { tooManyStreams } from './running-streams.ts'
import { storedResponse, StoredSource } from './stored.ts'

/**
 * A place in a store for an answer. The handler takes it before it asks VecTrade, because only the store
 * knows how many streams the owner has on all instances. The place shows signs of life until there is an
 * answer.
 */
export class StoredPlace {
  readonly #store: StreamStore
  readonly #id: string
  readonly #producer: StreamProducer
  readonly #recorder: StreamRecorder
  readonly #context: HandlerContext
  readonly #logger: Logger | undefined

  private constructor(
    store: StreamStore,
    id: string,
    producer: StreamProducer,
    context: HandlerContext,
    logger: Logger | undefined,
  ) {
    this.#store = store
    this.#id = id
    this.#producer = producer
    this.#recorder = new StreamRecorder(producer, store.lease, logger)
    this.#context = context
    this.#logger = logger
  }

  /**
   * Takes a place. Returns undefined if the store cannot store an answer; then only the caller gets it.
   *
   * @throws Refusal if the owner has too many running streams
   */
  static async take(
    store: StreamStore,
    owner: string,
    { maxStreamsPerOwner, logger }: HandlerOptions,
    context: HandlerContext,
  ): Promise<StoredPlace | undefined> {
    const id = newId()
    try {
      const producer = await store.create(id, { owner, maxStreamsPerOwner })
      return new StoredPlace(store, id, producer, context, logger)
    } catch (error) {
      if (error instanceof StreamStoreError && error.problem === 'owner-limit') {
        throw tooManyStreams(maxStreamsPerOwner)
      }
      warnAbout(logger, 'vectrade: an answer cannot be resumed', error)
      return undefined
    }
  }

  /**
   * Stores an answer as it arrives, and returns it for the caller. It continues if the caller leaves.
   *
   * @param heartbeatFirst whether to send a heartbeat at once
   * @param onEnd called when the answer ends
   */
  fill(
    stream: AnalysisStream,
    heartbeat: number | undefined,
    heartbeatFirst: boolean,
    onEnd: () => void,
  ): Response {
    const log = new MessageLog({ isReadOnce: true })
    const source = new StoredSource(log.read(0))
    this.#outlive(produce(stream, log, this.#producer, this.#recorder).finally(onEnd))
    return storedResponse(this.#id, source, { heartbeat, heartbeatFirst })
  }

  /** Gives the place back if there is no answer. No one has learned the stream's id yet. */
  leave(): void {
    this.#recorder.giveUp()
    // If the store cannot be reached, it frees the place by itself after a lease.
    this.#outlive((async () => this.#store.expire(this.#id))().catch(() => {}))
  }

  /** Tells the platform about the work, so that it keeps running until the work ends. */
  #outlive(work: Promise<void>): void {
    void markHandled(work)
    const telling = (async () => this.#context.waitUntil?.(work))()
    telling.catch((error: unknown) => {
      // The work has begun, and continues for as long as the platform lets it.
      warnAbout(this.#logger, "vectrade: the platform's waitUntil failed", error)
    })
  }
}

/** 128 random bits. */
function newId(): string {
  return toBase64Url(crypto.getRandomValues(new Uint8Array(16)))
}
