import { encodeEvent } from '../sse/encode.ts'

const encoder = new TextEncoder()

export function sse(...values: unknown[]): string {
  return values.map((value) => encodeEvent({ data: JSON.stringify(value) })).join('')
}

export function text(content: string): unknown {
  return { type: 'text', content }
}

export function cite(source: string): unknown {
  return { type: 'citation', source, url: `https://e/${source}` }
}

export const done: unknown = { type: 'done', usage: { prompt_tokens: 1, completion_tokens: 2 } }
export const DONE = 'data: [DONE]\n\n'

/** The chunks of a complete answer with the text `Héllo world`. */
export const complete: string[] = [
  sse(text('Héllo '), cite('a')),
  sse(text('world'), { type: 'metadata', model: 'm' }, done),
  DONE,
]

/** A body that returns its chunks one by one and then ends, hangs or fails. Counts its reads and cancels. */
export class Body {
  pulled = 0
  cancelled = 0
  readonly stream: ReadableStream<Uint8Array>
  push: (chunk: string) => void = () => {}

  constructor(chunks: string[], after: 'end' | 'hang' | Error = 'end') {
    this.stream = new ReadableStream(
      {
        start: (controller) => {
          this.push = (chunk) => controller.enqueue(encoder.encode(chunk))
        },
        pull: (controller) => {
          const chunk = chunks[this.pulled]
          this.pulled += 1
          if (chunk !== undefined) return controller.enqueue(encoder.encode(chunk))
          if (after === 'end') return controller.close()
          if (after === 'hang') return undefined
          throw after
        },
        cancel: () => void (this.cancelled += 1),
      },
      { highWaterMark: 0 },
    )
  }
}

/** Returns the error of a promise. Rejects if the promise does not. */
export function catchError(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('it did not fail')
    },
    (error: unknown) => error,
  )
}
