import { parseJson } from '../events/json.ts'
import { isRecord } from '../events/json.ts'
import type { StreamEvent, TextEvent } from '../events/stream-event.ts'
import type { Shortcut } from '../sse/message-decoder.ts'

/** Longer pieces gain nothing: the parsers are as fast there. */
const longest = 256
const quote = 0x22
const backslash = 0x5c
const space = 0x20
/** Tries to learn a shape: a server that has none is not asked for ever. */
const maxTries = 8

/**
 * Reads text events without parsing them, once it has seen one.
 *
 * Nearly all events of an answer are its text, and a server writes them all alike but for the text.
 * So what stands around the text of one of them is kept, and compared with what comes: where it is
 * the same, only the text between is read. All else is left to the parsers.
 */
export class TextShape implements Shortcut<TextEvent> {
  end = 0
  #before = ''
  #after = ''
  /** An event whose shape is looked at once more bytes come. */
  #sample: { data: string; content: string } | undefined
  #tries = maxTries

  canRead(): boolean {
    if (this.#sample !== undefined) this.#learn(this.#sample)
    return this.#before !== ''
  }

  read(text: string, at: number): TextEvent | undefined {
    if (!text.startsWith(this.#before, at)) return undefined
    const start = at + this.#before.length
    const furthest = Math.min(text.length, start + longest)
    let isEscaped = false
    for (let end = start; end < furthest; end += 1) {
      const code = text.charCodeAt(end)
      if (code === quote) {
        if (!text.startsWith(this.#after, end)) return undefined
        const content = isEscaped
          ? parseJson(text.slice(start - 1, end + 1))
          : text.slice(start, end)
        if (typeof content !== 'string') return undefined
        this.end = end + this.#after.length
        return { type: 'text', content }
      }
      // JSON has control characters inside a string only as an escape.
      if (code < space) return undefined
      if (code === backslash) {
        isEscaped = true
        end += 1
      }
    }
    return undefined
  }

  get isLearning(): boolean {
    return this.#before === '' && this.#tries > 0
  }

  /** @param event what the parsers made of `data` */
  note(data: string, event: StreamEvent): void {
    if (this.#tries === 0 || event.type !== 'text' || data.length > 2 * longest) return
    this.#tries -= 1
    this.#sample = { data, content: event.content }
  }

  #learn({ data, content }: { data: string; content: string }): void {
    this.#sample = undefined
    const start = data.indexOf(`"${content}"`) + 1
    if (start === 0) return
    // An event of several lines looks otherwise on the wire.
    if (data.includes('\n')) return
    const before = data.slice(0, start)
    const after = data.slice(start + content.length)
    // What stands there may be another field, or a name: another text there must give that text.
    const other = `${content}~`
    const probe = parseJson(`${before}${other}${after}`)
    if (!isRecord(probe) || probe['type'] !== 'text' || probe['content'] !== other) return
    // Other fields are the parser's to give.
    if (Object.keys(probe).length !== 2) return
    this.#before = `data: ${before}`
    this.#after = `${after}\n\n`
  }
}
