import type { Citation, StreamEvent, Usage } from './events.ts'

/** A complete answer. */
export interface Analysis {
  text: string
  citations: Citation[]
  /** The fields of all metadata events; of two with one name the later one. */
  metadata: Record<string, unknown>
  usage: Usage | undefined
  requestId: string | undefined
}

export function emptyAnalysis(): Analysis {
  return { text: '', citations: [], metadata: {}, usage: undefined, requestId: undefined }
}

/** Adds one event to the answer so far. */
export function addEvent(analysis: Analysis, event: StreamEvent): void {
  switch (event.type) {
    case 'text':
      analysis.text += event.content
      break
    case 'citation': {
      const { type: _, content: __, ...citation } = event
      analysis.citations.push(citation)
      break
    }
    case 'metadata': {
      const { type: _, content: __, ...fields } = event
      // Not Object.assign, for which a field named __proto__ is no field.
      analysis.metadata = { ...analysis.metadata, ...fields }
      break
    }
    case 'done':
      analysis.usage = event.usage
      break
  }
}
