import { StreamInterruptedError } from '../errors/connection-error.ts'
import { errorFromWire, isErrorPayload } from '../errors/error-from-wire.ts'
import type { VecTradeError } from '../errors/vectrade-error.ts'
import { parseJson } from '../events/json.ts'
import { type LiveChannel, type QuoteEvent, symbolsOf } from '../events/live-event.ts'
import { liveEventFromWire } from '../events/live-event-from-wire.ts'
import { type Abortable, AbortSource, whenAborted } from '../lifetime/abort-source.ts'
import { warn } from '../lifetime/logger.ts'
import { markHandled } from '../lifetime/mark-handled.ts'
import type { LiveSocket } from '../options/runtime.ts'
import type { CallWithLimits } from '../http/call.ts'
import { Reconnection } from '../resume/reconnection.ts'
import { isLonger, overLimit } from '../sse/event-limit.ts'
import { decodeUtf8 } from '../sse/utf8.ts'
import type { FeedRequest, FeedSink } from './feed-source.ts'
import { keepConnected, type LiveConnection, maxFirstAttempts } from './keep-connected.ts'
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
  /** The feeds, with the symbols that each has asked for so far. */
  readonly #members = new Map<Member, ReadonlySet<string>>()
  /** How many feeds have asked for each symbol. The server knows of all of them, if there is a connection. */
  readonly #wanted = new Map<string, number>()
  /** The feeds that have had a connection. They miss what comes while there is none. */
  readonly #served = new WeakSet<Member>()
  /** How many attempts have failed since each feed joined. */
  readonly #failed = new WeakMap<Member, number>()
  /** The feeds that have been told about this connection. */
  #told = new WeakSet<Member>()
  readonly #closing = new AbortSource()
  readonly #reconnection: Reconnection
  #wasOpen = false
  /** Undefined while there is no connection. */
  #socket: LiveSocket | undefined
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
    const each = (work: (member: Member) => void): void => {
      for (const member of this.#members.keys()) work(member)
    }
    void keepConnected({
      connect: (signal) => this.#connect(signal),
      sink: {
        onOpen: () => each((member) => this.#serve(member)),
        onLost: (error) => each((member) => this.#lose(member, error)),
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
    this.#members.set(member, new Set())
    // A gap comes before the latest quotes.
    if (this.#socket !== undefined) this.#serve(member)
    this.change(member)
  }

  leave(member: Member): void {
    if (this.#members.size > 1) this.#count(member, new Set())
    this.#members.delete(member)
    if (this.#members.size === 0) this.#closing.abort()
  }

  /** Call this after the symbols of a feed have changed. The feed gets the latest quotes of its new symbols. */
  change(member: Member): void {
    for (const symbol of this.#count(member, new Set(member.request.symbols))) {
      const quote = this.#latest.get(symbol)
      if (quote !== undefined) member.sink.onEvent(quote, '')
    }
  }

  /**
   * Notes the symbols of a feed, and tells the server which symbols are new for all feeds, and which ones no feed wants
   * any more. Returns those that are new for this feed.
   */
  #count(member: Member, symbols: ReadonlySet<string>): string[] {
    const before = this.#members.get(member)
    // It has left.
    if (before === undefined) return []
    this.#members.set(member, symbols)
    const isNew = (symbol: string): boolean => this.#add(symbol, 1) === 1
    const isGone = (symbol: string): boolean => this.#add(symbol, -1) === 0
    const added = [...symbols].filter((symbol) => !before.has(symbol))
    const removed = [...before].filter((symbol) => !symbols.has(symbol))
    this.#send('subscribe', added.filter(isNew))
    const gone = removed.filter(isGone)
    for (const symbol of gone) this.#latest.delete(symbol)
    this.#send('unsubscribe', gone)
    return added
  }

  /** Returns how many feeds want the symbol now. */
  #add(symbol: string, feeds: 1 | -1): number {
    const count = (this.#wanted.get(symbol) ?? 0) + feeds
    if (count === 0) this.#wanted.delete(symbol)
    else this.#wanted.set(symbol, count)
    return count
  }

  /** Sends a message about symbols. Only the quotes take subscriptions. */
  #send(action: 'subscribe' | 'unsubscribe', symbols: readonly string[]): void {
    if (symbols.length === 0 || this.#channel !== 'quotes') return
    this.#socket?.send(JSON.stringify({ action, symbols }))
  }

  #serve(member: Member): void {
    if (this.#told.has(member)) return
    this.#told.add(member)
    if (this.#served.has(member)) member.sink.onEvent({ type: 'gap', reason: 'upstream' }, '')
    this.#served.add(member)
    member.sink.onOpen()
  }

  /** Tells a feed that there is no connection. A feed that was never connected gives up after some attempts. */
  #lose(member: Member, error: VecTradeError): void {
    const failed = (this.#failed.get(member) ?? 0) + 1
    this.#failed.set(member, failed)
    if (failed >= maxFirstAttempts && !this.#served.has(member)) member.sink.onEnd(error)
    else member.sink.onLost()
  }

  async #connect(signal: Abortable): Promise<LiveConnection> {
    const { call, heartbeatTimeout } = this.#options
    const url = `${call.url}/ws/v1/${this.#channel}`
    const inbox = await openLiveSocket(url, call, this.#wasOpen, signal).catch((error: unknown) => {
      // A plan may refuse one channel and allow the others.
      if (error instanceof Error) error.message += ` (live data, channel ${this.#channel})`
      throw error
    })
    this.#wasOpen = true
    return { ended: markHandled(this.#follow(inbox, heartbeatTimeout)) }
  }

  /** Delivers what the socket brings. Rejects when the connection is lost. */
  #follow(inbox: SocketInbox, heartbeatTimeout: number): Promise<never> {
    this.#socket = inbox.socket
    this.#told = new WeakSet()
    this.#send('subscribe', [...this.#wanted.keys()])
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
      for (const member of this.#members.keys()) this.#serve(member)
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
    const text = data instanceof ArrayBuffer ? decodeUtf8(new Uint8Array(data)) : data
    const isText = typeof text === 'string'
    const { maxEventBytes } = this.#options.call
    if (isText && isLonger(text, maxEventBytes)) throw overLimit(maxEventBytes)
    const json = isText ? parseJson(text) : undefined
    const wire = json === undefined ? text : json
    const event = liveEventFromWire(wire)
    if (isErrorPayload(wire)) this.#check(wire, symbolsOf(event).length > 0)
    if (event.type === 'unknown' && isHeartbeat(event.wireType)) return event.wireType
    // The first quote of a symbol is how a server greets each connection.
    let isProgress = event.type !== 'unknown' && event.type !== 'gap'
    if (event.type === 'quote.update') {
      isProgress = this.#latest.has(event.symbol)
      // A quote may come after its symbol was removed. No newer one would replace it, so it is not kept.
      if (this.#wanted.has(event.symbol)) this.#latest.set(event.symbol, event)
    }
    if (isProgress) this.#reconnection.progressed()
    for (const { sink } of this.#members.keys()) sink.onEvent(event, '')
    return event.type === 'unknown' ? event.wireType : event.type
  }

  /**
   * Throws the error if it ends the connection: if a retry may help, or if it is about the key or the address. Any
   * other error, such as a `not_found` that names symbols, would come again after a reconnection, and may not concern
   * the other feeds. All feeds get it as an unknown event.
   */
  #check(wire: unknown, namesSymbols: boolean): void {
    const { secrets, logger } = this.#options.call
    const error = errorFromWire(wire, { secrets })
    const { code, retryable } = error
    const isAboutAddress = code === 'not_found' && !namesSymbols
    if (retryable || isAboutAddress || code === 'authentication_error') throw error
    warn(logger, `vectrade: the server has sent an error in live data (${code})`, {
      event: 'live.error',
      code,
    })
  }
}
