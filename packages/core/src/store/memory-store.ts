import { StreamStoreError } from '../errors/stream-store-error.ts'
import { MessageLog } from './message-log.ts'
import {
  limitError,
  ownerLimitError,
  type ResolvedLimits,
  resolveStoreLimits,
  sizeOf,
} from './store-limits.ts'
import type {
  CreateStreamOptions,
  NumberedMessage,
  StoredMessage,
  StoredStream,
  StreamOutcome,
  StreamProducer,
  StreamStore,
  StreamStoreLimits,
} from './stream-store.ts'

/**
 * Returns a store that holds streams in the memory of this process. Use it if the endpoint runs on one
 * instance. The streams are lost when the process ends.
 *
 * The store holds the messages of a stream and its owner, but not its prompt. A stream expires `timeToLive` ms
 * after its end. It is removed when the next stream begins, or when it is asked for. `expire(id)` deletes it at
 * once.
 *
 * @throws ConfigurationError if a limit is wrong
 * @example
 * ```ts
 * import { createHandler, memoryStore, VecTrade } from '@vectrade/core'
 *
 * const client = new VecTrade({ apiKey: 'vq_example' })
 * const handler = createHandler({ client, store: memoryStore({ timeToLive: 60_000 }) })
 * const response = await handler(new Request('https://example.com/api/analyze?stream=none'))
 * console.log(response.status) // 404
 * ```
 */
export function memoryStore(limits: StreamStoreLimits = {}): StreamStore {
  return new MemoryStore(resolveStoreLimits(limits))
}

class MemoryStore implements StreamStore {
  readonly #limits: ResolvedLimits
  readonly #streams = new Map<string, Entry>()

  constructor(limits: ResolvedLimits) {
    this.#limits = limits
  }

  get lease(): number {
    return this.#limits.lease
  }

  async create(
    id: string,
    { owner = '', maxStreamsPerOwner }: CreateStreamOptions = {},
  ): Promise<StreamProducer> {
    this.#sweep()
    const { maxStreams } = this.#limits
    const entry = this.#streams.get(id)
    if (maxStreamsPerOwner !== undefined && this.#running(owner, entry) >= maxStreamsPerOwner) {
      throw ownerLimitError()
    }
    if (entry !== undefined) return entry.takeOver()
    if (this.#streams.size >= maxStreams) throw limitError('maxStreams', maxStreams)
    const created = new Entry(owner, this.#limits)
    this.#streams.set(id, created)
    return created.takeOver()
  }

  async find(id: string): Promise<StoredStream | undefined> {
    const entry = this.#get(id)
    return entry && { owner: entry.owner, length: entry.log.length, outcome: entry.outcome }
  }

  read(id: string, after: number, signal?: AbortSignal): AsyncIterable<NumberedMessage> {
    const entry = this.#get(id)
    const log = entry?.log ?? emptyLog()
    return log.read(after, signal, () => entry?.deadAt ?? Infinity)
  }

  async stop(id: string): Promise<void> {
    this.#get(id)?.stop()
  }

  async expire(id: string): Promise<void> {
    this.#streams.get(id)?.expire()
    this.#streams.delete(id)
  }

  #get(id: string): Entry | undefined {
    const entry = this.#streams.get(id)
    if (entry === undefined || entry.expiresAt > performance.now()) return entry
    void this.expire(id)
    return undefined
  }

  /** Counts the running streams of an owner, except `except`. */
  #running(owner: string, except: Entry | undefined): number {
    let running = 0
    for (const entry of this.#streams.values()) {
      if (entry !== except && entry.owner === owner && entry.isRunning) running += 1
    }
    return running
  }

  #sweep(): void {
    for (const id of this.#streams.keys()) this.#get(id)
  }
}

function emptyLog(): MessageLog {
  const log = new MessageLog()
  log.end()
  return log
}

/** One stream. A producer is identified by the controller that tells it to stop. */
class Entry {
  readonly owner: string
  readonly log = new MessageLog()
  outcome: StreamOutcome | undefined
  deadAt = 0
  expiresAt = Infinity
  readonly #limits: ResolvedLimits
  #bytes = 0
  #expired = false
  #producer: AbortController | undefined

  constructor(owner: string, limits: ResolvedLimits) {
    this.owner = owner
    this.#limits = limits
  }

  /** Whether it has a live producer and has not ended. */
  get isRunning(): boolean {
    const isAlive = this.#producer !== undefined && this.deadAt > performance.now()
    return isAlive && this.outcome === undefined
  }

  takeOver(): StreamProducer {
    if (this.outcome !== undefined || this.isRunning) {
      throw new StreamStoreError('The stream already exists', 'exists')
    }
    const controller = new AbortController()
    const superseded = this.#producer
    this.#producer = controller
    superseded?.abort(supersededError())
    this.#touch()
    return {
      stopped: controller.signal,
      append: async (messages) => this.#append(controller, messages),
      renew: async () => this.#check(controller),
      finish: async (outcome) => {
        if (this.outcome !== outcome || controller !== this.#producer) this.#check(controller)
        this.outcome = outcome
        this.expiresAt = performance.now() + this.#limits.timeToLive
        this.log.end()
      },
    }
  }

  stop(): void {
    if (this.outcome === undefined) this.#producer?.abort()
  }

  /** Ends the stream for its readers and its producer. */
  expire(): void {
    this.stop()
    this.#expired = true
    this.log.end()
  }

  #append(producer: AbortController, messages: readonly StoredMessage[]): void {
    this.#check(producer)
    const { maxEvents, maxBytes } = this.#limits
    if (this.log.length + messages.length > maxEvents) throw limitError('maxEvents', maxEvents)
    let bytes = this.#bytes
    for (const message of messages) bytes += sizeOf(message)
    if (bytes > maxBytes) throw limitError('maxBytes', maxBytes)
    this.#bytes = bytes
    this.log.append(messages)
  }

  #check(producer: AbortController): void {
    if (producer !== this.#producer) throw supersededError()
    if (this.outcome !== undefined || this.#expired) {
      throw new StreamStoreError('The stream has ended', 'finished')
    }
    this.#touch()
  }

  #touch(): void {
    const now = performance.now()
    this.deadAt = now + this.#limits.lease
    // If the producer dies, the stream expires like one that has ended.
    this.expiresAt = this.deadAt + this.#limits.timeToLive
  }
}

function supersededError(): StreamStoreError {
  return new StreamStoreError('Another producer has taken over the stream', 'superseded')
}
