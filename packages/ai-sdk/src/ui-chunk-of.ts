import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'

/** A chunk of the AI SDK's UI message stream. */
export interface UIChunk {
  readonly type: string
  readonly [field: string]: unknown
}

/** Returns the chunks of a UI message stream for a part of an answer. */
export function uiChunkOf(part: LanguageModelV4StreamPart): UIChunk[] {
  switch (part.type) {
    case 'text-start':
    case 'text-delta':
    case 'text-end':
      return [part]
    case 'source': {
      const { id: sourceId, title } = part
      return part.sourceType === 'url'
        ? [{ type: 'source-url', sourceId, url: part.url, title }]
        : [{ type: 'source-document', sourceId, mediaType: part.mediaType, title }]
    }
    case 'custom': {
      const name = part.kind.slice(part.kind.indexOf('.') + 1)
      return [{ type: `data-${name}`, data: part.providerMetadata?.['vectrade']?.['data'] }]
    }
    case 'finish': {
      const { finishReason, usage, providerMetadata } = part
      const messageMetadata = {
        ...providerMetadata?.['vectrade'],
        ...(usage.raw !== undefined && { usage: usage.raw }),
      }
      return [
        { type: 'finish-step' },
        { type: 'finish', finishReason: finishReason.unified, messageMetadata },
      ]
    }
    default:
      return []
  }
}
