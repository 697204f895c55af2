import { parseJson } from "./errors/from.ts"
import { isRecord, type StreamEvent, type TextEvent } from './events.ts'

/** Longer pieces gain nothing: the parser is as fast there. */
const longest = 256
/** Tries to learn a shape: a server that has none is not asked for ever. */
const mostTries = 8

/**
 * Reads text events without a JSON parser, once it has seen one.
 *
 * Nearly all events of an answer are its text, and a server writes them all alike but for the text.
 * So the JSON around the text of one of them is kept, and compared with what comes: where it is the
 * same, and the text between has no escape and nothing that would need one, the text is as it stands.
 * All else is left to the parser.
 */
export class TextShape {
  #before = ''
  #after = ''
  /** An event whose shape is looked at once another one comes. */
  #sample: { data: string; content: string } | undefined
  #tries = mostTries

  /** The event, undefined where only the parser can tell. */
  read(data: string): TextEvent | undefined {
    if (this.#sample !== undefined) this.#learn(this.#sample)
    const start = this.#before.length
    const end = data.length - this.#after.length
    if (start === 0 || end < start || end - start > longest) return undefined
    if (!data.startsWith(this.#before) || !data.endsWith(this.#after)) return undefined
    for (let at = start; at < end; at += 1) {
      const code = data.charCodeAt(at)
      // Quote, backslash, control characters: what JSON has inside a string only as an escape.
      if (code === 0x22 || code === 0x5c || code < 0x20) return undefined
    }
    return { type: 'text', content: data.slice(start, end) }
  }

  /** @param event what the parser made of `data` */
  note(data: string, event: StreamEvent): void {
    if (this.#tries === 0 || event.type !== 'text' || data.length > 2 * longest) return
    this.#tries -= 1
    this.#sample = { data, content: event.content }
  }

  #learn({ data, content }: { data: string; content: string }): void {
    this.#sample = undefined
    const start = data.indexOf(`"${content}"`) + 1
    if (start === 0) return
    const before = data.slice(0, start)
    const after = data.slice(start + content.length)
    // What stands there may be another field, or a name: another text there must give that text.
    const probe = parseJson(`${before}~probe~${after}`)
    if (!isRecord(probe) || probe['type'] !== 'text' || probe['content'] !== '~probe~') return
    // Other fields are the parser's to give.
    if (Object.keys(probe).length !== 2) return
    this.#before = before
    this.#after = after
  }
}
