import { ValidationError } from '../errors/api-error.ts'
import { errorFromThrown } from '../errors/error-from-thrown.ts'
import { closeBody } from '../http/read-body.ts'
import { send } from '../http/send.ts'
import { type Abortable, AbortSource } from '../lifetime/abort-source.ts'
import { warn } from '../lifetime/logger.ts'
import { markHandled } from '../lifetime/mark-handled.ts'
import { sleep } from '../lifetime/timers.ts'
import { headerOfId } from '../options/last-event-id.ts'
import { withParameters } from '../options/url-parameters.ts'
import type { CallWithLimits } from '../http/call.ts'
import { Reconnection } from '../resume/reconnection.ts'
import { bodyOfEvents } from '../stream/open-event-stream.ts'
import { concerns } from './concerns.ts'
import type { FeedRequest, FeedSink, FeedSource } from './feed-source.ts'
import { Greeting } from './greeting.ts'
import { isFinal } from './is-final.ts'
import { keepConnected, type LiveConnection } from './keep-connected.ts'
import { connectionLost, type LiveMessage, SseReading } from './sse-reading.ts'
import { limitOfChange, pauseBeforeChange, SymbolChange } from './symbol-change.ts'

const lost = { type: 'gap', reason: 'upstream' } as const

/**
 * A feed over Server-Sent Events, from `createLiveHandler` or from a server that speaks the same protocol.
 *
 * The symbols are part of the URL, so a change of the symbols needs another connection. See {@link #replace}.
 */
export class SseSource implements FeedSource {
  readonly #call: CallWithLimits
  readonly #request: FeedRequest
  readonly #sink: FeedSink
  readonly #closing = new AbortSource()
  readonly #reconnection: Reconnection
  /** The connection that delivers events. */
  #reading: SseReading | undefined
  /** The symbols that the last connection was opened with. Undefined before the first one. */
  #symbols: ReadonlySet<string> | undefined
  /** The added symbols. A symbol leaves this set at the first new id that comes with or after its first quote. */
  readonly #added = new Set<string>()
  /**
   * The added symbols that have had a quote, but no new id since. A connection that continues after the last id would
   * repeat their older quotes, unless it asks for the latest ones again.
   */
  readonly #begun = new Set<string>()
  #change: SymbolChange | undefined
  /** The number of changes in a row that were given up. */
  #lateChanges = 0
  /** Whether the next change waits for a pause after one that was given up. */
  #isPausing = false
  #wasOpen = false
  readonly #greeting = new Greeting()

  constructor(call: CallWithLimits, request: FeedRequest, sink: FeedSink) {
    // The reconnection counts the attempts, because it knows which ones brought new events.
    this.#call = { ...call, method: 'GET', body: undefined, maxRetries: 0 }
    this.#request = request
    this.#sink = sink
    const { network, maxRetryAfter } = call
    this.#reconnection = new Reconnection(this.#closing, network, maxRetryAfter, Infinity)
  }

  start(): void {
    void keepConnected({
      connect: (signal) => this.#connect(signal),
      sink: this.#sink,
      reconnection: this.#reconnection,
      signal: this.#closing,
      logger: this.#call.logger,
    })
  }

  change(): void {
    // Without a connection, the next one gets the new symbols.
    const isFree = this.#change === undefined && !this.#isPausing && !this.#closing.aborted
    if (this.#reading !== undefined && isFree) void this.#replace(this.#reading)
  }

  close(): void {
    this.#closing.abort()
    this.#change?.end()
    this.#reading?.close()
  }

  async #connect(signal: Abortable): Promise<LiveConnection | undefined> {
    const symbols = new Set(this.#request.symbols)
    let reading
    try {
      reading = await this.#open(symbols, signal)
    } catch (error) {
      if (!this.#takeOut(symbols, error)) throw error
      return this.#connect(signal)
    }
    if (reading === undefined) return undefined
    this.#symbols = symbols
    this.#lateChanges = 0
    // Without ids, no one can tell what came while there was no connection.
    const isNew = this.#request.lastEventId() === ''
    if (this.#wasOpen && isNew) this.#sink.onEvent(lost, '')
    this.#wasOpen = true
    this.#greeting.begin(isNew)
    return { ended: markHandled(this.#follow(reading)) }
  }

  /** Returns a connection, or undefined if the server says that it has ended the feed. */
  async #open(symbols: ReadonlySet<string>, signal: Abortable): Promise<SseReading | undefined> {
    const { channels, heartbeatTimeout } = this.#request
    const before = this.#symbols ?? symbols
    for (const symbol of symbols) if (!before.has(symbol)) this.#added.add(symbol)
    const added = [...this.#added].filter((symbol) => symbols.has(symbol))
    const lastEventId = this.#request.lastEventId()
    const url = withParameters(this.#call.url, {
      symbols: [...symbols].join(','),
      channels: channels.join(','),
      // A server that continues after an id sends only changes. The first quote of a new symbol is not a change.
      added: lastEventId === '' ? '' : added.join(','),
    })
    const headers = {
      accept: 'text/event-stream',
      ...this.#call.headers,
      ...(lastEventId !== '' && { 'last-event-id': headerOfId(lastEventId) }),
    }
    const response = await send({ ...this.#call, url, headers }, signal)
    if (response.status === 204) {
      closeBody(response.body)
      return undefined
    }
    const { secrets, maxEventBytes } = this.#call
    const { body } = await bodyOfEvents(response, secrets, signal)
    return new SseReading(body, {
      heartbeatTimeout,
      maxEventBytes,
      secrets,
      onRetry: (ms) => this.#reconnection.setRetry(ms),
    })
  }

  /**
   * Opens a connection with the new symbols while the old one is still open.
   *
   * The new connection continues after the last event that was delivered. So what the old one brings from now on is
   * held, because the new one repeats it. It is delivered after all if the new one cannot repeat it.
   */
  async #replace(old: SseReading): Promise<void> {
    const symbols = new Set(this.#request.symbols)
    const limit = limitOfChange(this.#lateChanges, this.#call.timeout)
    const change = new SymbolChange(old, this.#request.lastEventId(), limit, (error) => {
      // The new connection is open, and does not repeat what it should.
      if (this.#reading !== old) this.#reading?.fail(error)
    })
    this.#change = change
    try {
      const next = await this.#open(symbols, change.signal)
      if (this.#change !== change || this.#closing.aborted) return next?.close()
      if (next === undefined) throw connectionLost()
      if (change.since === '' && this.#request.lastEventId() !== '') {
        // The first id has come in the meantime. A connection that continues after it loses nothing.
        next.close()
        change.end()
        return await this.#replace(old)
      }
      this.#symbols = symbols
      this.#lateChanges = 0
      this.#reading = next
      old.close()
    } catch (thrown) {
      if (this.#change !== change) return
      const { isLate } = change
      this.#release(true)
      if (isLate) return this.#changeLater()
      const error = errorFromThrown(thrown, 'connect')
      if (!isFinal(error, this.#wasOpen)) return old.fail(error)
      if (this.#takeOut(symbols, error)) this.#catchUp()
      else this.#sink.onEnd(error)
    }
  }

  /** Tries to change the symbols again after a pause. The old connection delivers meanwhile. */
  async #changeLater(): Promise<void> {
    warn(this.#call.logger, 'vectrade: live data could not change its symbols, trying again', {
      event: 'live.change',
    })
    this.#lateChanges += 1
    this.#isPausing = true
    await sleep(pauseBeforeChange(this.#lateChanges), this.#closing).catch(() => {})
    this.#isPausing = false
    this.#catchUp()
  }

  /**
   * Removes the new symbols of a request if the server has refused the request because of them. Reports them as an
   * unknown event, as a WebSocket does. Returns whether it has removed any.
   */
  #takeOut(symbols: ReadonlySet<string>, error: unknown): boolean {
    const before = this.#symbols
    const refused = [...symbols].filter((symbol) => before?.has(symbol) === false)
    if (!(error instanceof ValidationError) || refused.length === 0) return false
    for (const symbol of refused) {
      this.#request.symbols.delete(symbol)
      this.#added.delete(symbol)
    }
    const data = { error: { type: error.type, message: error.message }, symbols: refused }
    this.#sink.onEvent({ type: 'unknown', content: '', wireType: 'error', data }, '')
    return true
  }

  /** Delivers the messages of a connection, and then those of the connections that replace it. */
  async #follow(first: SseReading): Promise<never> {
    let reading = first
    this.#reading = first
    // The feed may have been closed since the response came, when there was no reading to close.
    if (this.#closing.aborted) first.close()
    // The symbols may have changed while it was being opened.
    else if (!this.#isUpToDate()) this.change()
    try {
      for (;;) {
        const message = await reading.next()
        if (message !== undefined) {
          this.#receive(message, reading)
        } else if (reading === this.#reading) {
          throw connectionLost()
        } else {
          reading = this.#reading
          if (this.#change?.since === '') this.#begin()
          if (!this.#isRepeated()) {
            this.#release(true)
            this.#catchUp()
          }
        }
      }
    } finally {
      this.#release(true)
      this.#reading.close()
      this.#reading = undefined
    }
  }

  /** A new connection without an id begins with the latest quotes. No one can tell what came before it. */
  #begin(): void {
    this.#greeting.begin(true)
    this.#sink.onEvent(lost, '')
  }

  /** Whether the new connection repeats any of what is held. If not, its first message may never come. */
  #isRepeated(): boolean {
    const { symbols } = this.#request
    const held = this.#change?.held ?? []
    return held.some(({ event }) => event !== undefined && concerns(event, symbols))
  }

  #receive(message: LiveMessage, reading: SseReading): void {
    const change = this.#change
    if (reading === change?.old) {
      if (change.since === '') this.#deliver(message)
      else change.hold(message)
      return
    }
    // After a change, this is the first message of the new connection. A gap says that the connection does not repeat
    // what is held. A gap of the upstream does not say so, because it is one of the repeated events.
    const { event } = message
    this.#release(event?.type === 'gap' && event.reason !== 'upstream')
    this.#deliver(message)
    // The next connection continues after this message, so deliver the message before asking for the connection.
    if (change !== undefined) this.#catchUp()
  }

  /** Begins another change if the symbols have changed again. */
  #catchUp(): void {
    if (!this.#isUpToDate()) this.change()
  }

  /** Whether the last connection was opened with the current symbols. */
  #isUpToDate(): boolean {
    const { symbols } = this.#request
    const before = this.#symbols
    return symbols.size === before?.size && [...symbols].every((symbol) => before.has(symbol))
  }

  #release(isDelivered: boolean): void {
    const change = this.#change
    this.#change = undefined
    change?.end()
    if (isDelivered) for (const message of change?.held ?? []) this.#deliver(message)
  }

  #deliver({ event, id }: LiveMessage): void {
    const isNew = id !== '' && id !== this.#request.lastEventId()
    if (event?.type === 'quote.update' && this.#added.has(event.symbol))
      this.#begun.add(event.symbol)
    if (isNew) {
      for (const symbol of this.#begun) this.#added.delete(symbol)
      this.#begun.clear()
    }
    if (event === undefined) return this.#sink.onId(id)
    // Some servers send no ids.
    const isProgress = isNew || (this.#request.lastEventId() === '' && event.type !== 'unknown')
    if (!this.#greeting.has(event) && isProgress) this.#reconnection.progressed()
    this.#sink.onEvent(event, id)
  }
}
