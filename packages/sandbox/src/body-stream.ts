import { ConnectionCut } from './connection-cut.ts'
import type { Fault } from './faults.ts'
import type { Exchange } from './request-log.ts'
import { sleep } from './sleep.ts'
import type { Step } from './stream-steps.ts'

/** Settings of a body. */
export interface BodyOptions {
  /** Only the fields that work on bytes are used: where to cut, stall and split. */
  fault: Fault
  /** Bytes to send during waits, after `every` ms of silence. Default: none. */
  heartbeat?: { every: number; bytes: Uint8Array } | undefined
}

/**
 * Returns a body that carries out `steps`. Each read takes one piece, and nothing happens between
 * reads. If the reader pauses, the answer pauses too. If the reader cancels, the answer ends at
 * once, even during a wait. The body updates the exchange's record with each piece, and closes it
 * at the end.
 */
export function bodyStream(
  steps: Iterable<Step>,
  exchange: Exchange,
  options: BodyOptions,
): ReadableStream<Uint8Array> {
  const stop = new AbortController()
  const tally = new Tally(exchange)
  const pieces = new BodyWriter(options, tally, stop.signal).write(steps)
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await pieces.next()
          if (stop.signal.aborted) return
          if (!done) {
            tally.sent(value.byteLength)
            return controller.enqueue(value)
          }
          exchange.close('finished')
          controller.close()
        } catch (error) {
          exchange.close('fault')
          if (ConnectionCut.isInstance(error) && error.cut === 'clean') controller.close()
          else controller.error(error)
        }
      },
      cancel(reason) {
        exchange.close(reason === 'sandbox' ? 'sandbox' : 'client')
        stop.abort()
      },
    },
    { highWaterMark: 0 },
  )
}

/** Counts the events that have been sent to their last byte. A piece may end inside an event. */
class Tally {
  readonly #record: Exchange['record']
  readonly #ends: number[] = []
  #written = 0

  constructor(exchange: Exchange) {
    this.#record = exchange.record
  }

  written(bytes: number, endsEvent: boolean): void {
    this.#written += bytes
    if (endsEvent) this.#ends.push(this.#written)
  }

  sent(bytes: number): void {
    this.#record.bytesSent += bytes
    let ended = 0
    for (const end of this.#ends) {
      if (end > this.#record.bytesSent) break
      ended += 1
    }
    this.#ends.splice(0, ended)
    this.#record.eventsSent += ended
  }
}

class BodyWriter {
  readonly #fault: Fault
  readonly #heartbeat: BodyOptions['heartbeat']
  readonly #tally: Tally
  readonly #signal: AbortSignal
  #gathered: Uint8Array[] = []
  #gatheredBytes = 0
  #out = 0
  #stalled = false

  constructor(options: BodyOptions, tally: Tally, signal: AbortSignal) {
    this.#fault = options.fault
    this.#heartbeat = options.heartbeat
    this.#tally = tally
    this.#signal = signal
  }

  async *write(steps: Iterable<Step>): AsyncGenerator<Uint8Array, void> {
    // Timers are late, and their delays are whole milliseconds. The next wait makes up for the
    // difference.
    let owed = 0
    for (const step of steps) {
      if (this.#signal.aborted) return
      if (step.type === 'bytes') {
        this.#tally.written(step.bytes.byteLength, step.event === true)
        yield* this.#gather(step.bytes)
      } else if (step.type === 'cut') {
        yield* this.#flush()
        throw new ConnectionCut(step.cut)
      } else if (step.type === 'pending') {
        yield* this.#flush()
        yield* this.#idle(Infinity, step.ready)
      } else {
        owed += step.ms
        if (owed < 1) continue
        yield* this.#flush()
        const start = performance.now()
        yield* this.#idle(owed)
        owed -= performance.now() - start
      }
    }
    yield* this.#flush()
  }

  /** Waits with heartbeats, until `ready` settles if that is sooner. */
  async *#idle(ms: number, ready?: Promise<void>): AsyncGenerator<Uint8Array, void> {
    let isReady = false
    void ready?.then(() => (isReady = true))
    const isOver = (): boolean => isReady || this.#signal.aborted
    const every = this.#heartbeat?.every || Infinity
    for (let left = ms; left > 0 && !isOver(); left -= every) {
      await sleep(Math.min(left, every), this.#signal, ready)
      if (this.#heartbeat === undefined || left <= every || isOver()) continue
      this.#tally.written(this.#heartbeat.bytes.byteLength, false)
      yield* this.#gather(this.#heartbeat.bytes)
      yield* this.#flush()
    }
  }

  async *#gather(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
    const size = this.#fault.chunkBytes
    if (size === undefined) {
      yield* this.#emit(bytes)
      return
    }
    this.#gathered.push(bytes)
    this.#gatheredBytes += bytes.byteLength
    if (this.#gatheredBytes < size) return
    const all = this.#take()
    let at = 0
    for (; all.byteLength - at >= size; at += size) yield* this.#emit(all.subarray(at, at + size))
    if (at < all.byteLength) this.#gathered.push(all.subarray(at))
    this.#gatheredBytes = all.byteLength - at
  }

  async *#flush(): AsyncGenerator<Uint8Array, void> {
    if (this.#gatheredBytes > 0) yield* this.#emit(this.#take())
  }

  #take(): Uint8Array {
    const all = new Uint8Array(this.#gatheredBytes)
    let at = 0
    for (const part of this.#gathered) {
      all.set(part, at)
      at += part.byteLength
    }
    this.#gathered = []
    this.#gatheredBytes = 0
    return all
  }

  async *#emit(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
    const {
      stallAfterBytes = Infinity,
      stallFor = Infinity,
      cutAfterBytes = Infinity,
    } = this.#fault
    let rest = bytes
    const stalls = !this.#stalled && stallAfterBytes < cutAfterBytes
    if (stalls && stallAfterBytes <= this.#out + rest.byteLength) {
      this.#stalled = true
      const before = rest.subarray(0, stallAfterBytes - this.#out)
      rest = rest.subarray(before.byteLength)
      if (before.byteLength > 0) yield this.#count(before)
      await sleep(stallFor, this.#signal)
      if (this.#signal.aborted) return
    }
    if (cutAfterBytes <= this.#out + rest.byteLength) {
      const before = rest.subarray(0, cutAfterBytes - this.#out)
      if (before.byteLength > 0) yield this.#count(before)
      throw new ConnectionCut(this.#fault.cut ?? 'fin')
    }
    if (rest.byteLength > 0) yield this.#count(rest)
  }

  #count(bytes: Uint8Array): Uint8Array {
    this.#out += bytes.byteLength
    return bytes
  }
}
