import type { LiveChannel } from '../events/live-event.ts'
import { ChannelSocket, type Member, type SocketOptions } from './channel-socket.ts'
import type { FeedRequest, FeedSink, FeedSource } from './feed-source.ts'

/** The sockets of a client. */
export type ChannelSockets = Map<LiveChannel, ChannelSocket>

/** A feed over WebSockets, one for each channel. The other feeds of its client use the same ones. */
export class SocketSource implements FeedSource {
  readonly #members = new Map<ChannelSocket, Member>()
  readonly #sockets: ChannelSockets
  readonly #options: SocketOptions
  readonly #request: FeedRequest
  readonly #sink: FeedSink
  #isClosed = false

  constructor(
    sockets: ChannelSockets,
    options: SocketOptions,
    request: FeedRequest,
    sink: FeedSink,
  ) {
    this.#sockets = sockets
    this.#options = options
    this.#request = request
    this.#sink = sink
  }

  start(): void {
    const open = new Set<LiveChannel>()
    for (const channel of this.#request.channels) {
      const sink: FeedSink = {
        onOpen: () => {
          open.add(channel)
          if (open.size === this.#request.channels.length) this.#sink.onOpen()
        },
        onEvent: (event, id) => this.#sink.onEvent(event, id),
        onId: (id) => this.#sink.onId(id),
        onLost: () => {
          open.delete(channel)
          this.#sink.onLost()
        },
        onEnd: (error) => this.#sink.onEnd(error),
      }
      const member = { request: this.#request, sink }
      const socket = this.#socket(channel)
      this.#members.set(socket, member)
      // Joining delivers the latest quotes, which can end the feed: its buffer may be too small for them.
      socket.join(member)
      if (this.#isClosed) return
    }
  }

  change(): void {
    for (const [socket, member] of this.#members) socket.change(member)
  }

  close(): void {
    this.#isClosed = true
    for (const [socket, member] of this.#members) socket.leave(member)
    this.#members.clear()
  }

  #socket(channel: LiveChannel): ChannelSocket {
    const known = this.#sockets.get(channel)
    if (known !== undefined && !known.isClosed) return known
    const socket = new ChannelSocket(channel, this.#options)
    this.#sockets.set(channel, socket)
    socket.start()
    return socket
  }
}
