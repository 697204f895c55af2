import { randomUUID } from '../../http/random-uuid.ts'
import { asciiToBase64Url } from '../base64-url.ts'

/** The number of an event or an interruption, counted by the instance that received it. */
export type Position = number

const pattern = /^[\w-]*\.(\d{1,15})(?:\.(.+))?$/

/**
 * The cursors of one instance, which are the ids of the events that it sends.
 *
 * A cursor names the instance and a position. So an instance can tell a cursor of another one, which it does not know,
 * from one of its own that is too old. If instances share their events, the cursor also has an id that all of them know.
 * Readers must treat cursors as opaque.
 */
export class LiveCursors {
  readonly #prefix: string

  /** @param instance letters, digits, `-` and `_`. Default: random */
  constructor(instance: string = randomUUID().slice(-12)) {
    this.#prefix = `${instance}.`
  }

  /** @param sharedId the id that all instances know, `''` if there is none */
  encode(position: Position, sharedId = ''): string {
    return asciiToBase64Url(`${this.#prefix}${position}${suffixOf(sharedId)}`)
  }

  /** Returns the position of a cursor, or undefined if this instance has not made it. */
  decode(cursor: string): Position | undefined {
    const [text = '', position] = parse(cursor)
    return position !== undefined && text.startsWith(this.#prefix) ? Number(position) : undefined
  }

  /** Makes a cursor for an event that this instance has not received, because another one has sent it. */
  static encodeShared(sharedId: string): string {
    return asciiToBase64Url(`.0${suffixOf(sharedId)}`)
  }

  /** Returns the shared id of a cursor of any instance, `''` if it has none. */
  static sharedId(cursor: string): string {
    const [, , id = ''] = parse(cursor)
    try {
      return decodeURIComponent(id)
    } catch {
      return ''
    }
  }
}

function suffixOf(sharedId: string): string {
  return sharedId === '' ? '' : `.${encodeURIComponent(sharedId)}`
}

/** Returns the text of a cursor, its position and its shared id. Nothing if it is no cursor. */
function parse(cursor: string): readonly (string | undefined)[] {
  try {
    return pattern.exec(atob(cursor.replaceAll('-', '+').replaceAll('_', '/'))) ?? []
  } catch {
    return []
  }
}
