import type {
  JSONObject,
  LanguageModelV4FinishReason,
  LanguageModelV4Source,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
  SharedV4ProviderMetadata,
} from '@ai-sdk/provider'
import {
  type Citation,
  type OtherEvent,
  safeUrl,
  type StreamEvent,
  type Usage,
} from '@vectrade/core'
import { count, isObject } from './model-part.ts'

type Part = LanguageModelV4StreamPart

/** How an answer finished. */
interface Finish {
  finishReason: LanguageModelV4FinishReason
  usage: LanguageModelV4Usage
  providerMetadata: SharedV4ProviderMetadata
}

/** Turns the events of one answer into parts of the AI SDK. */
export class PartsOfEvents {
  #isInText = false
  #texts = 0
  #citations = 0
  #metadata: Record<string, unknown> = {}
  #usage: Usage | undefined

  of(known: StreamEvent | OtherEvent): Part[] {
    const event = known as StreamEvent
    switch (event.type) {
      case 'text': {
        if (event.content === '') return []
        const start = this.#isInText ? [] : [this.#beginText()]
        return [...start, { type: 'text-delta', id: this.#textId, delta: event.content }]
      }
      case 'citation':
        return [sourceOf(event, this.#citations++)]
      case 'metadata': {
        const { type: _, content: __, ...fields } = event
        Object.assign(this.#metadata, fields)
        const { model } = fields
        return typeof model === 'string' ? [{ type: 'response-metadata', modelId: model }] : []
      }
      case 'done': {
        // A server may send anything here.
        if (isObject(event.usage)) this.#usage = event.usage
        // An endpoint may say here why the answer has ended, such as `stopped`.
        const { finish_reason: reason } = event as { finish_reason?: unknown }
        if (reason !== undefined) this.#metadata['finish_reason'] = reason
        return []
      }
      // A page shows parts in the order in which they begin. So the text after a custom part is another one.
      case 'unknown':
        return [...this.#endText(), customPart(event.wireType, event.data)]
      default: {
        const { type, content: _, ...fields } = known
        return [...this.#endText(), customPart(type, fields)]
      }
    }
  }

  /** Returns how the answer has finished, if it is complete. */
  finish(): Finish {
    return finishOf(this.#metadata, this.#usage)
  }

  /** Returns the last parts of a complete answer. */
  end(): Part[] {
    return [...this.#endText(), { type: 'finish', ...this.finish() }]
  }

  /** Returns the last parts of an answer that has failed. */
  fail(error: unknown): Part[] {
    const finishReason = { unified: 'error', raw: undefined } as const
    return [
      ...this.#endText(),
      { type: 'error', error },
      { type: 'finish', ...this.finish(), finishReason },
    ]
  }

  get #textId(): string {
    return `text-${this.#texts}`
  }

  #beginText(): Part {
    this.#isInText = true
    this.#texts += 1
    return { type: 'text-start', id: this.#textId }
  }

  #endText(): Part[] {
    if (!this.#isInText) return []
    this.#isInText = false
    return [{ type: 'text-end', id: this.#textId }]
  }
}

/** Returns a citation as a source. A page links to its URL, so a citation without a web address is a document. */
export function sourceOf({ source, url }: Citation, index: number): LanguageModelV4Source {
  const id = `citation-${index + 1}`
  const safe = safeUrl(url)
  return safe === undefined
    ? { type: 'source', sourceType: 'document', id, mediaType: 'text/plain', title: source }
    : { type: 'source', sourceType: 'url', id, url: safe, title: source }
}

const reasons = ['stop', 'length', 'content-filter', 'tool-calls', 'error', 'other'] as const

/**
 * Returns how a complete answer finished. The metadata names a reason if the answer comes from a model other than
 * VecTrade's.
 */
function finishOf(metadata: Record<string, unknown>, usage: Usage | undefined): Finish {
  const { finish_reason: said } = metadata
  const raw = typeof said === 'string' ? said : undefined
  // Models with the API of OpenAI write `content_filter`.
  const word = raw === undefined ? 'stop' : raw.replaceAll('_', '-')
  const unified = reasons.find((reason) => reason === word) ?? 'other'
  return {
    finishReason: { unified, raw },
    usage: {
      inputTokens: {
        total: count(usage?.prompt_tokens),
        noCache: undefined,
        cacheRead: undefined,
        cacheWrite: undefined,
      },
      outputTokens: {
        total: count(usage?.completion_tokens),
        text: undefined,
        reasoning: undefined,
      },
      ...(usage !== undefined && { raw: usage as JSONObject }),
    },
    providerMetadata: { vectrade: metadata as JSONObject },
  }
}

function customPart(type: string, data: unknown): Part {
  const providerMetadata = { vectrade: { data: data as JSONObject } }
  return { type: 'custom', kind: `vectrade.${type}`, providerMetadata }
}
