/** What an event is to the position in a stream. */
type Step = 'forward' | 'here' | 'repeated' | 'greeting'

/**
 * How far a stream has been read, as the ID of its last event.
 *
 * IDs may be anything. Where they are the numbers that our own handler gives, 1, 2, 3 and so on, events
 * that a server sends again after a reconnection are recognised.
 */
export class Position {
  /** What a reconnection sends as `Last-Event-ID`; `''` for nothing. */
  id: string
  /** Whether all IDs so far were the numbers of the events. */
  #isNumbered: boolean
  /** The number at which the connection began. */
  #start: number

  constructor(id: string) {
    this.id = id
    this.#isNumbered = id === '' || isNumber(id)
    this.#start = Number(id)
  }

  /** @param id the last event ID of this connection, undefined before the first one */
  passEvent(id: string | undefined): Step {
    // A server may greet each connection. Where events have IDs, such an event is none of the stream's.
    if (id === undefined) return this.id === '' ? 'here' : 'greeting'
    if (this.#isNumbered && this.#start > 0 && isNumber(id) && Number(id) <= this.#start) {
      return 'repeated'
    }
    return this.#isGreeting(id) ? 'greeting' : this.#move(id)
  }

  /** A frame without an event has an ID all the same. It never leads back. */
  passFrame(id: string | undefined): void {
    if (id === undefined || this.#isGreeting(id)) return
    if (isNumber(id) && isNumber(this.id) && Number(id) < Number(this.id)) return
    this.#move(id)
  }

  #isGreeting(id: string): boolean {
    return this.#isNumbered && this.id !== '' && id !== '' && !isNumber(id)
  }

  #move(id: string): Step {
    if (id === this.id) return 'here'
    this.#isNumbered &&= Number(id) === Number(this.id) + 1
    this.id = id
    return 'forward'
  }

  reconnected(): void {
    this.#start = Number(this.id)
  }
}

/** Whether an ID may be one of our own. More digits would be no exact number. */
function isNumber(id: string): boolean {
  return /^\d{1,15}$/.test(id)
}
