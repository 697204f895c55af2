import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import process from 'node:process'
import type { Duplex } from 'node:stream'
import { decoderOf } from './decoder-of.ts'
import type { DiagnoseSettings } from './diagnose-options.ts'
import { hopsOf } from './hops.ts'
import type { Ending, Measurement, ResponseHead } from './measurement.ts'
import { Recorder, type StreamEnd } from './recorder.ts'
import { responseHead } from './response-head.ts'
import { Stalls } from './stalls.ts'

/** After the end of an answer, the response gets this many ms to end, so that no server sees its reader leave. */
const grace = 2000

/** A stream that never goes silent is left after this many times the option `idle`. */
const mostIdles = 10

/**
 * Asks the endpoint once, and measures when the bytes of the response arrive. It does not follow redirects and
 * does not ask again.
 *
 * It uses `node:http`, because fetch hides how a response is compressed, how long it is and how it ends.
 *
 * @throws the signal's reason if it is aborted
 */
export async function measure(settings: DiagnoseSettings): Promise<Measurement> {
  const run = new Measuring(settings)
  try {
    return await run.result()
  } finally {
    run.leave()
  }
}

class Measuring {
  readonly #settings: DiagnoseSettings
  readonly #start = performance.now()
  readonly #stalls = new Stalls(() => this.#tick())
  readonly #recorder: Recorder
  readonly #agent: http.Agent
  #request: http.ClientRequest | undefined
  #decoder: Duplex | undefined
  #head: ResponseHead | undefined
  #hops: Measurement['hops'] = []
  /** What the stream has said about its end, and when. */
  #streamEnd: { end: StreamEnd; at: number } | undefined
  /** Set by the first thing that ends the measurement. */
  #ending: Ending | undefined
  #endedAt = 0
  #lastSilence = 0
  #errorCode: string | undefined
  #onEnd: (() => void) | undefined
  readonly #ended = new Promise<void>((resolve) => {
    this.#onEnd = resolve
  })

  constructor(settings: DiagnoseSettings) {
    this.#settings = settings
    const isSecure = settings.url.protocol === 'https:'
    const options = {
      // As browsers do. So a `Connection: close` is the server's own.
      keepAlive: true,
      // An agent of its own does not know the proxies of the environment, which Node's fetch uses.
      ...(process.env['NODE_USE_ENV_PROXY'] === '1' && { proxyEnv: process.env }),
    }
    this.#agent = isSecure ? new https.Agent(options) : new http.Agent(options)
    this.#recorder = new Recorder(this.#start, this.#stalls, (end) => {
      this.#streamEnd ??= { end, at: performance.now() }
    })
  }

  async result(): Promise<Measurement> {
    const { signal } = this.#settings
    signal?.throwIfAborted()
    const onAbort = (): void => this.#end('watched')
    signal?.addEventListener('abort', onAbort)
    try {
      this.#ask()
      await this.#ended
      this.leave()
      this.#recorder.end()
      await this.#recorder.decoded
    } finally {
      signal?.removeEventListener('abort', onAbort)
    }
    signal?.throwIfAborted()
    return this.#measurement()
  }

  /** Closes the connection. Can be called again. */
  leave(): void {
    this.#stalls.stop()
    this.#request?.destroy()
    this.#agent.destroy()
    this.#recorder.end()
  }

  #ask(): void {
    const { url, method, headers, body } = this.#settings
    const send = url.protocol === 'https:' ? https.request : http.request
    this.#request = send(url, { method, headers, agent: this.#agent })
    this.#request.on('response', (response) => this.#receive(response))
    this.#request.on('error', (error: NodeJS.ErrnoException) => {
      // After the head, the response reports how it ended.
      if (this.#head !== undefined || this.#ending !== undefined) return
      this.#errorCode = error.code ?? 'unknown'
      this.#end('unreachable')
    })
    this.#request.end(body)
  }

  #receive(response: IncomingMessage): void {
    const now = performance.now()
    this.#stalls.look(now)
    this.#head = responseHead(response, now - this.#start)
    this.#hops = hopsOf(response.headers)
    response.on('error', () => {}) // 'close' follows.
    const { status, contentType, contentEncoding } = this.#head
    if (status !== 200 || contentType !== 'text/event-stream') {
      this.#end('refused')
      return
    }
    if (contentEncoding === undefined) {
      response.on('close', () => this.#close(response))
      response.on('data', (bytes: Buffer) => this.#recorder.add(bytes))
      return
    }
    const decoder = decoderOf(contentEncoding)
    if (decoder === undefined) {
      this.#end('unreadable')
      return
    }
    this.#decoder = decoder
    response.on('close', () => this.#close(response, decoder))
    decoder.on('data', (bytes: Buffer) => this.#recorder.add(bytes))
    decoder.on('error', ({ code }: NodeJS.ErrnoException) => {
      // The last bytes of a response that was cut count as bytes that did not arrive.
      if (code !== 'Z_BUF_ERROR') this.#end('unreadable')
    })
    response.pipe(decoder)
  }

  /** The response is over. A decoder may still have bytes of it. */
  #close(response: IncomingMessage, decoder?: Duplex): void {
    const ending = response.complete ? 'ended' : 'broken'
    if (decoder === undefined || decoder.destroyed) {
      this.#end(ending)
      return
    }
    this.#mark()
    decoder.on('close', () => this.#end(ending))
    decoder.end()
  }

  /** Looks whether nothing has come for too long. */
  #tick(): void {
    const { method, idle } = this.#settings
    const now = performance.now()
    if (this.#streamEnd !== undefined) {
      if (now - this.#streamEnd.at > grace) this.#end(this.#streamEnd.end)
      return
    }
    const since = (at = 0): number => now - this.#start - at
    const isWatching = method === 'GET' && this.#head !== undefined
    if (since() > idle * mostIdles) this.#end('watched')
    else if (isWatching) {
      if (since(this.#head?.at) <= idle) return
      this.#end(this.#recorder.arrivals.length === 0 ? 'silent' : 'watched')
    } else if (since(this.#recorder.lastEventAt) > idle) this.#end('silent')
  }

  /** Notes the time of the end. */
  #mark(): void {
    if (this.#endedAt > 0) return
    const now = performance.now()
    this.#stalls.look(now)
    this.#endedAt = now - this.#start
    this.#lastSilence = this.#recorder.silenceUntil(now)
  }

  #end(ending: Ending): void {
    if (this.#ending !== undefined) return
    this.#mark()
    this.#ending = ending
    this.#decoder?.destroy()
    this.#onEnd?.()
  }

  #measurement(): Measurement {
    const { arrivals, firstEventAt, lastEventAt } = this.#recorder
    const sum = (field: 'events' | 'comments' | 'bytes'): number =>
      arrivals.reduce((total, arrival) => total + arrival[field], 0)
    return {
      ...(this.#head !== undefined && { head: this.#head }),
      hops: this.#hops,
      arrivals,
      events: sum('events'),
      comments: sum('comments'),
      bytes: sum('bytes'),
      ...(firstEventAt !== undefined && { firstEventAt }),
      ...(lastEventAt !== undefined && { lastEventAt }),
      longestSilence: arrivals.reduce(
        (longest, { silence }) => Math.max(longest, silence),
        this.#lastSilence,
      ),
      // The response may have ended right after the end of the answer, or late.
      ending: this.#streamEnd?.end ?? this.#ending ?? 'watched',
      endedAt: this.#endedAt,
      lastSilence: this.#lastSilence,
      ...(this.#errorCode !== undefined && { errorCode: this.#errorCode }),
    }
  }
}
