import { StreamInterruptedError } from '../errors/connection-error.ts'
import { errorFromWire, isErrorPayload } from '../errors/error-from-wire.ts'
import { parseJson } from '../events/json.ts'
import type { LiveChannel, QuoteEvent } from '../events/live-event.ts'
import { liveEventFromWire } from '../events/live-event-from-wire.ts'
import { type Abortable, AbortSource, whenAborted } from '../lifetime/abort-source.ts'
import { warn } from '../lifetime/logger.ts'
import { markHandled } from '../lifetime/mark-handled.ts'
import type { LiveSocket } from '../options/runtime.ts'
import type { CallWithLimits } from '../http/call.ts'
import { Reconnection } from '../resume/reconnection.ts'
import { isLonger, overLimit } from '../sse/event-limit.ts'
import type { FeedRequest, FeedSink } from './feed-source.ts'
import { keepConnected, type LiveConnection } from './keep-connected.ts'
import { openLiveSocket } from './live-socket.ts'
import type { SocketInbox } from './socket-inbox.ts'
import { isHeartbeat, Rhythm } from './rhythm.ts'

/** A feed that uses a socket. */
export interface Member {
  readonly request: FeedRequest
  readonly sink: FeedSink
}

/** How to open the socket of a channel. */
export interface SocketOptions {
  call: CallWithLimits
  heartbeatTimeout: number
}

/**
 * The WebSocket of a channel, which all feeds of a client share, because VecTrade's plans allow few connections.
 *
 * It is open as long as a feed uses it.
 */
export class ChannelSocket {
  readonly #channel: LiveChannel
  readonly #options: SocketOptions
  readonly #members = new Set<Member>()
  /** The feeds that have had a connection. They miss what comes while there is none. */
  readonly #served = new WeakSet<Member>()
  /** The feeds that have been told about this connection. */
  #told = new WeakSet<Member>()
  readonly #closing = new AbortSource()
  readonly #reconnection: Reconnection
  #wasOpen = false
  /** Undefined while there is no connection. */
  #socket: LiveSocket | undefined
  /** The symbols that the server knows of. */
  #subscribed: ReadonlySet<string> = new Set()
  /** The latest quote of each symbol, for feeds that join later. */
  readonly #latest = new Map<string, QuoteEvent>()

  constructor(channel: LiveChannel, options: SocketOptions) {
    this.#channel = channel
    this.#options = options
    const { network, maxRetryAfter } = options.call
    this.#reconnection = new Reconnection(this.#closing, network, maxRetryAfter, Infinity)
  }

  /** Whether it is closed for good. */
  get isClosed(): boolean {
    return this.#closing.aborted
  }

  start(): void {
    const each = (work: (member: Member) => void): void => this.#members.forEach(work)
    void keepConnected({
      connect: (signal) => this.#connect(signal),
      sink: {
        onOpen: () => each((member) => this.#serve(member)),
        onLost: () => each(({ sink }) => sink.onLost()),
        onEnd: (error) => {
          this.#closing.abort()
          each(({ sink }) => sink.onEnd(error))
        },
      },
      reconnection: this.#reconnection,
      signal: this.#closing,
      logger: this.#options.call.logger,
    })
  }

  join(member: Member): void {
    this.#members.add(member)
    if (this.#socket === undefined) return
    this.change()
    this.#serve(member)
    for (const symbol of member.request.symbols) {
      const quote = this.#latest.get(symbol)
      if (quote !== undefined) member.sink.onEvent(quote, '')
    }
  }

  leave(member: Member): void {
    this.#members.delete(member)
    if (this.#members.size > 0) this.change()
    else this.#closing.abort()
  }

  /** Tells the server which symbols the feeds want now. Only the quotes take subscriptions. */
  change(): void {
    const socket = this.#socket
    if (socket === undefined || this.#channel !== 'quotes') return
    const wanted = new Set<string>()
    for (const { request } of this.#members) request.symbols.forEach((symbol) => wanted.add(symbol))
    const before = this.#subscribed
    this.#subscribed = wanted
    const added = [...wanted].filter((symbol) => !before.has(symbol))
    const removed = [...before].filter((symbol) => !wanted.has(symbol))
    for (const symbol of removed) this.#latest.delete(symbol)
    if (added.length > 0) socket.send(JSON.stringify({ action: 'subscribe', symbols: added }))
    if (removed.length > 0) {
      socket.send(JSON.stringify({ action: 'unsubscribe', symbols: removed }))
    }
  }

  #serve(member: Member): void {
    if (this.#told.has(member)) return
    this.#told.add(member)
    if (this.#served.has(member)) member.sink.onEvent({ type: 'gap', reason: 'upstream' }, '')
    this.#served.add(member)
    member.sink.onOpen()
  }

  async #connect(signal: Abortable): Promise<LiveConnection> {
    const { call, heartbeatTimeout } = this.#options
    const url = `${call.url}/ws/v1/${this.#channel}`
    const inbox = await openLiveSocket(url, call, this.#wasOpen, signal)
    this.#wasOpen = true
    return { ended: markHandled(this.#follow(inbox, heartbeatTimeout)) }
  }

  /** Delivers what the socket brings. Rejects when the connection is lost. */
  #follow(inbox: SocketInbox, heartbeatTimeout: number): Promise<never> {
    this.#socket = inbox.socket
    this.#told = new WeakSet()
    this.#subscribed = new Set()
    this.change()
    return new Promise((_, reject) => {
      const end = (error: unknown): void => {
        unlink?.()
        rhythm.stop()
        inbox.close()
        this.#socket = undefined
        this.#latest.clear()
        reject(error)
      }
      const rhythm = new Rhythm(heartbeatTimeout, end)
      let unlink: (() => void) | undefined
      unlink = whenAborted(this.#closing, () => end(this.#closing.reason))
      // A gap comes before the first message.
      for (const member of this.#members) this.#serve(member)
      inbox.read({
        onMessage: (data) => {
          try {
            rhythm.onMessage(this.#receive(data))
          } catch (error) {
            end(error)
          }
        },
        onLost: () => end(new StreamInterruptedError()),
      })
    })
  }

  /**
   * Delivers a message. Returns its type.
   *
   * @throws APIError if the message is an error that concerns the whole connection
   * @throws StreamProtocolError if it is over `maxEventBytes`
   */
  #receive(data: unknown): string {
    const isText = typeof data === 'string'
    const { maxEventBytes } = this.#options.call
    if (isText && isLonger(data, maxEventBytes)) throw overLimit(maxEventBytes)
    const wire = isText ? (parseJson(data) ?? data) : data
    if (isErrorPayload(wire)) this.#check(wire)
    const event = liveEventFromWire(wire)
    if (event.type === 'unknown' && isHeartbeat(event.wireType)) return event.wireType
    // A quote may come after its symbol was removed. No newer one would replace it, so it is not kept.
    if (event.type === 'quote.update' && this.#subscribed.has(event.symbol)) {
      this.#latest.set(event.symbol, event)
    }
    if (event.type !== 'unknown') this.#reconnection.progressed()
    for (const { sink } of this.#members) sink.onEvent(event, '')
    return event.type === 'unknown' ? event.wireType : event.type
  }

  /**
   * Throws the error if it ends the connection. An error about one symbol does not: it would come again after a
   * reconnection, and it does not concern the other feeds. All feeds get it as an unknown event.
   */
  #check(wire: unknown): void {
    const { secrets, logger } = this.#options.call
    const error = errorFromWire(wire, { secrets })
    const { code, retryable } = error
    if (retryable || code === 'authentication_error' || code === 'not_found') throw error
    warn(logger, `vectrade: the server has sent an error in live data (${code})`)
  }
}
