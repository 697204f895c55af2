import { isRecord, parseJson } from '../events/json.ts'
import type { StreamEvent, TextEvent } from '../events/stream-event.ts'
import type { Shortcut } from '../sse/message-decoder.ts'

/** In characters. For a longer text the parsers are as fast. */
const maxLength = 256
const quote = 0x22
const backslash = 0x5c
const space = 0x20
/** How many events are tried to learn a shape from. The events of a server may have no common shape. */
const maxTries = 8

/**
 * Reads text events without the parsers, after it has learned their shape from one of them.
 *
 * Nearly all events of an answer are text events, and a server writes them all in the same way. The shape is
 * what stands before and after the text. If an event has the same shape, only the text between is read. All
 * other events go to the parsers. Each new shape is tested first: another text is put into it, and parsing the
 * result must return that text.
 */
export class TextShape implements Shortcut<TextEvent> {
  end = 0
  /** What stands on the wire before the text, its opening quote included. Empty if nothing is learned yet. */
  before = ''
  /** What stands on the wire after the text: from its closing quote to the end of the blank line. */
  after = ''
  #tries = maxTries
  /** An event to learn the shape from when it is needed. A reader that leaves after one event needs none. */
  #sample: { data: string; content: string } | undefined

  get canRead(): boolean {
    const sample = this.#sample
    this.#sample = undefined
    if (sample !== undefined) this.#learnFrom(sample)
    return this.before !== ''
  }

  get isLearning(): boolean {
    return this.before === '' && this.#tries > 0
  }

  read(text: string, at: number): TextEvent | undefined {
    if (!text.startsWith(this.before, at)) return undefined
    const start = at + this.before.length
    const furthest = Math.min(text.length, start + maxLength)
    let isEscaped = false
    for (let end = start; end < furthest; end += 1) {
      const code = text.charCodeAt(end)
      if (code === quote) {
        if (!text.startsWith(this.after, end)) return undefined
        const content = isEscaped
          ? parseJson(text.slice(start - 1, end + 1))
          : text.slice(start, end)
        if (typeof content !== 'string') return undefined
        this.end = end + this.after.length
        return { type: 'text', content }
      }
      // In a JSON string, control characters must be escaped.
      if (code < space) return undefined
      if (code === backslash) {
        isEscaped = true
        end += 1
      }
    }
    return undefined
  }

  /** @param event the event that the parsers made of `data` */
  learn(data: string, event: StreamEvent): void {
    if (!this.isLearning || event.type !== 'text' || data.length > 2 * maxLength) return
    this.#tries -= 1
    this.#sample = { data, content: event.content }
  }

  #learnFrom({ data, content }: { data: string; content: string }): void {
    const start = data.indexOf(`"${content}"`) + 1
    if (start === 0) return
    // Data of several lines has several `data` fields on the wire.
    if (data.includes('\n')) return
    const before = data.slice(0, start)
    const after = data.slice(start + content.length)
    // The text may have been found in another field, or in a name. Check that a different text is read as such.
    const other = `${content}~`
    const probe = parseJson(`${before}${other}${after}`)
    if (!isRecord(probe) || probe['type'] !== 'text' || probe['content'] !== other) return
    // An event with more fields goes to the parser, which returns all of them.
    if (Object.keys(probe).length !== 2) return
    this.before = `data: ${before}`
    this.after = `${after}\n\n`
  }
}
