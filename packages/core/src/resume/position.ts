/**
 * The relation of an event to the position in a stream: `forward` is after it, `here` has the same ID,
 * `repeated` was read before, and `greeting` belongs to the connection, not to the stream.
 */
type Step = 'forward' | 'here' | 'repeated' | 'greeting'

/**
 * How far a stream has been read, as the ID of its last event.
 *
 * IDs can be any text. A server that is asked to continue after an ID may begin with the next event, or repeat
 * the answer from its beginning. If the IDs are numbers like those of our own handler (1, 2, 3 and so on), the
 * repeated events are recognized. Some servers also greet each connection with an event that is not part of
 * the stream. Such an event has no ID, or an ID that is not a number although the others are.
 */
export class Position {
  /** The `Last-Event-ID` that a reconnection sends; `''` if it sends none. */
  id: string
  /** Whether the IDs so far number the events: 1, 2, 3 and so on. Undefined until an ID shows it. */
  #isNumbered: boolean | undefined
  /** The number after which the connection began. NaN if its ID was not a number. */
  #start: number
  /** The first ID of this connection. */
  #firstId: string | undefined

  constructor(id: string) {
    this.id = id
    this.#isNumbered = id === '' || isNumericId(id) ? undefined : false
    this.#start = Number(id)
  }

  /**
   * Moves to an event.
   *
   * @param id the last event ID of this connection, undefined before the first one
   */
  passEvent(id: string | undefined): Step {
    // If the events have IDs, one without an ID is a greeting.
    if (id === undefined) return this.id === '' ? 'here' : 'greeting'
    if (this.#isGreeting(id)) return 'greeting'
    // A server that continues sends the next number. A server that repeats the answer sends 1.
    this.#isNumbered ??= isNumericId(id) && [1, this.#start + 1].includes(Number(id))
    const isRepeated = this.#isNumbered && this.#start > 0 && Number(id) <= this.#start
    return isRepeated && id !== '' ? 'repeated' : this.#move(id)
  }

  /** Moves to the ID of a frame without an event. Never moves back. */
  passFrame(id: string | undefined): void {
    if (id === undefined || this.#isGreeting(id)) return
    if (isNumericId(id) && isNumericId(this.id) && Number(id) < Number(this.id)) return
    this.#move(id)
  }

  /** Whether an ID belongs to a greeting: it comes first, and is not a number although the others are. */
  #isGreeting(id: string): boolean {
    this.#firstId ??= id
    const areNumbers = this.#start > 0 && this.#isNumbered !== false
    return areNumbers && id === this.#firstId && id !== '' && !isNumericId(id)
  }

  #move(id: string): Step {
    if (id === this.id) return 'here'
    this.#isNumbered &&= Number(id) === Number(this.id) + 1
    this.id = id
    return 'forward'
  }

  /** Call this when a new connection begins. */
  reconnected(): void {
    this.#start = Number(this.id)
    this.#firstId = undefined
  }
}

/** Whether an ID may come from our own handler. A number with more digits would not be exact. */
function isNumericId(id: string): boolean {
  return /^\d{1,15}$/.test(id)
}
