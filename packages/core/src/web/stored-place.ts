import { toBase64Url } from '../base64-url.ts'
import { StreamStoreError } from '../errors/stream-store-error.ts'
import { handled } from '../handled.ts'
import { type Logger, warn } from '../logger.ts'
import { EventLog } from '../resume/event-log.ts'
import { produce } from '../resume/produce.ts'
import { StreamRecorder } from '../resume/stream-recorder.ts'
import type { StreamProducer, StreamStore } from '../resume/stream-store.ts'
import type { AnalysisStream } from '../stream.ts'
import type { HandlerContext } from './handler.ts'
import type { HandlerOptions } from './handler-options.ts'
import { tooManyStreams } from './running-streams.ts'
import { storedResponse, StoredSource } from './stored.ts'

/**
 * A place in a store for an answer. It is taken before VecTrade is asked, because the store knows how
 * many streams its owner has on all instances; it shows signs of life until there is an answer.
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
   * Undefined where the store cannot take an answer: it is then its caller's alone.
   *
   * @throws Refusal where the owner has too many streams running
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
      const name = error instanceof Error ? error.name : 'no error'
      warn(logger, `vectrade: an answer cannot be resumed (${name})`)
      return undefined
    }
  }

  /**
   * Stores an answer while it comes, and gives it to its caller, whose leaving no longer ends it.
   *
   * @param greet whether a heartbeat goes out at once
   * @param onEnd called once the answer is at its end
   */
  fill(
    stream: AnalysisStream,
    heartbeat: number | undefined,
    greet: boolean,
    onEnd: () => void,
  ): Response {
    const log = new EventLog({ isReadOnce: true })
    const source = new StoredSource(log.read(0))
    this.#outlive(produce(stream, log, this.#producer, this.#recorder).finally(onEnd))
    return storedResponse(this.#id, source, { heartbeat, greet })
  }

  /** For when there is no answer: nobody has learned of the stream. */
  leave(): void {
    this.#recorder.giveUp()
    // A store that is away lets go of it by itself, a lease later.
    this.#outlive((async () => this.#store.expire(this.#id))().catch(() => {}))
  }

  /** Has the platform let the work end, which it cannot know of. */
  #outlive(work: Promise<void>): void {
    void handled(work)
    const telling = (async () => this.#context.waitUntil?.(work))()
    telling.catch((error: unknown) => {
      // The work has begun, and goes on as long as the platform lets it.
      const name = error instanceof Error ? error.name : 'no error'
      warn(this.#logger, `vectrade: the platform's waitUntil failed (${name})`)
    })
  }
}

/** 128 random bits. */
function newId(): string {
  return toBase64Url(crypto.getRandomValues(new Uint8Array(16)))
}
