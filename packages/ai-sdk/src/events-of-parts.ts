import type { EventTypes, Logger, OtherEvent, StreamEvent } from '@vectrade/core'
import { warn } from '@vectrade/core/adapter'
import { type AnyPart, deltaOf, finishReasonOf, isObject, usageOf } from './model-part.ts'

interface Settings {
  model?: string | undefined
  events?: EventTypes | undefined
  logger?: Logger | undefined
}

/** Turns the parts of one answer into events. A part makes none, one or several. */
export class EventsOfParts {
  readonly #settings: Settings
  /** Events that have not been taken yet. */
  readonly #waiting: (StreamEvent | OtherEvent)[] = []
  /** The sources that have become citations. Providers name a source more than once. */
  readonly #cited = new Set<string>()
  #model: string | undefined
  #finishReason: string | undefined

  constructor(settings: Settings) {
    this.#settings = settings
    this.#model = settings.model
  }

  /** Why the model has finished; undefined if it has not. */
  get finishReason(): string | undefined {
    return this.#finishReason
  }

  get isFinished(): boolean {
    return this.#finishReason !== undefined
  }

  /** Whether the answer has ended before it was complete. */
  get isBroken(): boolean {
    return this.#finishReason === 'interrupted' || this.#finishReason === 'error'
  }

  take(): StreamEvent | OtherEvent | undefined {
    return this.#waiting.shift()
  }

  add(part: AnyPart): void {
    switch (part.type) {
      case 'text-delta': {
        const content = deltaOf(part)
        if (content !== '') this.#waiting.push({ type: 'text', content })
        break
      }
      case 'text-end':
        if (Array.isArray(part['citations'])) {
          for (const citation of part['citations']) this.#cite(citation?.source)
        }
        break
      case 'source':
        this.#cite(part)
        break
      case 'reasoning-delta': {
        const text = deltaOf(part)
        if (text !== '') this.#addOwn('reasoning', { text })
        break
      }
      case 'tool-call':
        this.#addOwn('tool_call', { ...callOf(part), input: inputOf(part['input']) })
        break
      case 'tool-result':
        // A preliminary result is replaced by a later one.
        if (part['preliminary'] !== true) this.#addResult(part)
        break
      case 'tool-error':
        this.#addOwn('tool_result', { ...callOf(part), failed: true })
        break
      // `streamText` names the model at the end of each step, and tells the warnings at the beginning.
      case 'response-metadata':
        this.#name(part)
        break
      case 'finish-step':
        this.#name(part['response'])
        break
      case 'stream-start':
      case 'start-step':
        this.#warn(part['warnings'])
        break
      case 'finish':
        this.#finish(part)
        break
      // Other parts have nothing that readers need, such as the beginning of a text.
      default:
    }
  }

  #finish(part: AnyPart): void {
    this.#finishReason = finishReasonOf(part)
    if (this.isBroken) return
    const usage = usageOf(part)
    this.#waiting.push(
      {
        type: 'metadata',
        content: '',
        ...(this.#model !== undefined && { model: this.#model }),
        finish_reason: this.#finishReason,
      },
      { type: 'done', content: '', ...(usage !== undefined && { usage }) },
    )
  }

  /** Adds a citation for a web page or a document. A document has no address. */
  #cite(source: unknown): void {
    if (!isObject(source)) return
    const url = typeof source['url'] === 'string' ? source['url'] : ''
    const title = source['title'] || source['filename'] || hostOf(url)
    if (typeof title !== 'string' || title === '') return
    const key = url || `document ${title}`
    if (this.#cited.has(key)) return
    this.#cited.add(key)
    this.#waiting.push({ type: 'citation', content: '', source: title, url })
  }

  #addResult(part: AnyPart): void {
    const failed = part['isError'] === true
    const output = part['output'] ?? part['result']
    this.#addOwn('tool_result', { ...callOf(part), ...(failed ? { failed } : { output }) })
  }

  /** Adds an event if its type is wanted. */
  #addOwn(type: string, fields: object): void {
    const { events } = this.#settings
    if (events === undefined || !Object.hasOwn(events, type)) return
    this.#waiting.push({ ...fields, type, content: '' })
  }

  #name(response: unknown): void {
    const id = isObject(response) ? response['modelId'] : undefined
    if (typeof id === 'string' && id !== '') this.#model = id
  }

  #warn(warnings: unknown): void {
    if (!Array.isArray(warnings)) return
    for (const warning of warnings.filter(isObject)) {
      const { type, feature, setting, details, message } = warning
      const words = [type, feature ?? setting, details ?? message].filter(
        (word) => typeof word === 'string',
      )
      warn(this.#settings.logger, `The model warns: ${words.join(', ')}`)
    }
  }
}

function callOf(part: AnyPart): { id: string; name: string } {
  return { id: String(part['toolCallId']), name: String(part['toolName']) }
}

/** Returns the input of a tool. In the provider specification, it is JSON. */
function inputOf(input: unknown): unknown {
  if (typeof input !== 'string') return input
  try {
    return JSON.parse(input)
  } catch {
    return input
  }
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url
}
