import { clampTimer } from '../timers.ts'
import { encodeEvent } from '../sse/encode.ts'

export const heartbeatText: string = /* @__PURE__ */ encodeEvent({ comment: 'heartbeat' })

/**
 * Tells when a heartbeat is due: after so many ms of waiting in one go.
 *
 * One timer serves many waits: it is not set anew for each of them, which would cost more than the
 * wait; when it fires early it looks at the clock.
 */
export class Heartbeat {
  readonly #ms: number
  #timer: ReturnType<typeof setTimeout> | undefined
  #since = 0
  #beat: (() => void) | undefined

  /** @param ms 0 for none */
  constructor(ms: number) {
    this.#ms = ms
  }

  /** A wait begins: `beat` is called once a heartbeat is due, unless the wait is over by then. */
  wait(beat: () => void): void {
    if (this.#ms === 0) return
    this.#since = performance.now()
    this.#beat = beat
    if (this.#timer === undefined) this.#arm(this.#ms)
  }

  /** The wait is over. */
  rest(): void {
    this.#beat = undefined
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#beat = undefined
  }

  #arm(ms: number): void {
    this.#timer = setTimeout(() => this.#look(), clampTimer(Math.ceil(ms)))
  }

  #look(): void {
    this.#timer = undefined
    if (this.#beat === undefined) return
    const left = this.#since + this.#ms - performance.now()
    if (left > 0) return this.#arm(left)
    const beat = this.#beat
    this.#beat = undefined
    beat()
  }
}
