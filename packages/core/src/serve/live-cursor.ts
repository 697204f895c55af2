import { asciiToBase64Url, toBase64Url } from './base64-url.ts'

/** The place of an event among those that an instance has received: 1, 2, 3 and so on. */
export type Position = number

/**
 * The cursors of one instance, which are the ids of the events that it sends.
 *
 * A cursor names the instance and a position. So an instance can tell a cursor of another one, which it does not know,
 * from one of its own that is too old. Readers must treat cursors as opaque.
 */
export class LiveCursors {
  readonly #prefix: string

  /** @param instance letters, digits, `-` and `_`. Default: random */
  constructor(instance: string = randomName()) {
    this.#prefix = `${instance}.`
  }

  encode(position: Position): string {
    return asciiToBase64Url(`${this.#prefix}${position}`)
  }

  /** Returns the position of a cursor, or undefined if this instance has not made it. */
  decode(cursor: string): Position | undefined {
    let text: string
    try {
      text = atob(cursor.replaceAll('-', '+').replaceAll('_', '/'))
    } catch {
      return undefined
    }
    const number = text.slice(this.#prefix.length)
    const isOwn = text.startsWith(this.#prefix) && /^\d{1,15}$/.test(number)
    return isOwn ? Number(number) : undefined
  }
}

/** Makes a name of 72 random bits. */
function randomName(): string {
  return toBase64Url(crypto.getRandomValues(new Uint8Array(9)))
}
