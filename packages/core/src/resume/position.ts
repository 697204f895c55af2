/** How an event relates to the position in a stream. */
type Step = 'forward' | 'here' | 'repeated' | 'greeting'

/**
 * How far a stream has been read, as the ID of its last event.
 *
 * IDs can be any text. If they are the numbers that our own handler gives (1, 2, 3 and so on), events that
 * a server repeats after a reconnection are recognized.
 */
export class Position {
  /** The `Last-Event-ID` that a reconnection sends; `''` if it sends none. */
  id: string
  /** Whether all IDs so far counted the events. Undefined until there is one to tell by. */
  #isNumbered: boolean | undefined
  /** The number at which the connection began. */
  #start: number
  /** The first ID of this connection. */
  #firstId: string | undefined

  constructor(id: string) {
    this.id = id
    this.#isNumbered = id === '' || isNumber(id) ? undefined : false
    this.#start = Number(id)
  }

  /** @param id the last event ID of this connection, undefined before the first one */
  passEvent(id: string | undefined): Step {
    // A server may greet each connection. If events have IDs, one without an ID is not part of the stream.
    if (id === undefined) return this.id === '' ? 'here' : 'greeting'
    if (this.#isGreeting(id)) return 'greeting'
    // A server that goes on sends the next number, one that repeats its answer sends 1.
    this.#isNumbered ??= isNumber(id) && [1, this.#start + 1].includes(Number(id))
    const isRepeated = this.#isNumbered && this.#start > 0 && Number(id) <= this.#start
    return isRepeated && id !== '' ? 'repeated' : this.#move(id)
  }

  /** A frame without an event can have an ID too. It never moves the position back. */
  passFrame(id: string | undefined): void {
    if (id === undefined || this.#isGreeting(id)) return
    if (isNumber(id) && isNumber(this.id) && Number(id) < Number(this.id)) return
    this.#move(id)
  }

  /** Whether an ID only greets a reconnection: it comes first, and is not a number although IDs are. */
  #isGreeting(id: string): boolean {
    this.#firstId ??= id
    const areNumbers = this.#start > 0 && this.#isNumbered !== false
    return areNumbers && id === this.#firstId && id !== '' && !isNumber(id)
  }

  #move(id: string): Step {
    if (id === this.id) return 'here'
    this.#isNumbered &&= Number(id) === Number(this.id) + 1
    this.id = id
    return 'forward'
  }

  reconnected(): void {
    this.#start = Number(this.id)
    this.#firstId = undefined
  }
}

/** Whether an ID may come from our own handler. A number with more digits would not be exact. */
function isNumber(id: string): boolean {
  return /^\d{1,15}$/.test(id)
}
