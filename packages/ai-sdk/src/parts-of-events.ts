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

type Part = LanguageModelV4StreamPart

/** How an answer finished. */
interface Finish {
  finishReason: LanguageModelV4FinishReason
  usage: LanguageModelV4Usage
  providerMetadata: SharedV4ProviderMetadata
}

const textId = 'text'

/** Turns the events of one answer into parts of the AI SDK. */
export class PartsOfEvents {
  #isInText = false
  #citations = 0
  #metadata: Record<string, unknown> = {}
  #usage: Usage | undefined

  of(known: StreamEvent | OtherEvent): Part[] {
    const event = known as StreamEvent
    switch (event.type) {
      case 'text': {
        if (event.content === '') return []
        const delta: Part = { type: 'text-delta', id: textId, delta: event.content }
        if (this.#isInText) return [delta]
        this.#isInText = true
        return [{ type: 'text-start', id: textId }, delta]
      }
      case 'citation':
        return [sourceOf(event, this.#citations++)]
      case 'metadata': {
        const { type: _, content: __, ...fields } = event
        Object.assign(this.#metadata, fields)
        const { model } = fields
        return typeof model === 'string' ? [{ type: 'response-metadata', modelId: model }] : []
      }
      case 'done':
        this.#usage = event.usage
        return []
      case 'unknown':
        return [customPart(event.wireType, event.data)]
      default: {
        const { type, content: _, ...fields } = known
        return [customPart(type, fields)]
      }
    }
  }

  /** Returns the last parts of a complete answer. */
  end(): Part[] {
    return [...this.#endText(), { type: 'finish', ...finishOf(this.#metadata, this.#usage) }]
  }

  /** Returns the last parts of an answer that has failed. */
  fail(error: unknown): Part[] {
    const finish = finishOf(this.#metadata, this.#usage)
    const finishReason = { unified: 'error', raw: undefined } as const
    return [
      ...this.#endText(),
      { type: 'error', error },
      { type: 'finish', ...finish, finishReason },
    ]
  }

  #endText(): Part[] {
    return this.#isInText ? [{ type: 'text-end', id: textId }] : []
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

/** Returns how a complete answer finished. The metadata names a reason if a model of the AI SDK has answered. */
export function finishOf(metadata: Record<string, unknown>, usage: Usage | undefined): Finish {
  const { finish_reason: said } = metadata
  const raw = typeof said === 'string' ? said : undefined
  const unified = raw === undefined ? 'stop' : (reasons.find((reason) => reason === raw) ?? 'other')
  return {
    finishReason: { unified, raw },
    usage: {
      inputTokens: {
        total: usage?.prompt_tokens,
        noCache: undefined,
        cacheRead: undefined,
        cacheWrite: undefined,
      },
      outputTokens: { total: usage?.completion_tokens, text: undefined, reasoning: undefined },
      ...(usage !== undefined && { raw: usage as JSONObject }),
    },
    providerMetadata: { vectrade: metadata as JSONObject },
  }
}

function customPart(type: string, data: unknown): Part {
  const providerMetadata = { vectrade: { data: data as JSONObject } }
  return { type: 'custom', kind: `vectrade.${type}`, providerMetadata }
}
