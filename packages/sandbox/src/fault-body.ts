import { errorBody, errorContentType, errorType } from './error-body.ts'
import type { Fault } from './faults.ts'
import type { Step } from './stream-steps.ts'

interface FaultBodyContent {
  contentType: string
  steps: Iterable<Step>
  /** Length in bytes. `undefined` if the body never ends. */
  length?: number
}

/** Returns the body that a fault sends instead of the answer. */
export function faultBody(fault: Fault, status: number, requestId: string): FaultBodyContent {
  const kind = fault.body ?? 'documented'
  switch (kind) {
    case 'documented':
    case 'flat':
    case 'problem':
    case 'gateway': {
      const body = errorBody(kind, {
        status,
        type: fault.errorType ?? errorType(status),
        code: fault.errorCode,
        message: fault.message ?? `Simulated failure with status ${status}`,
        retryAfter: fault.bodyRetryAfter,
        requestId,
        fields: fault.errorFields,
      })
      return whole(errorContentType(kind), JSON.stringify(body))
    }
    case 'html': {
      const title = fault.message ?? `${status} from a proxy`
      const page = `<!DOCTYPE html>\n<title>${title}</title>\n<h1>${title}</h1>\n<p>data: simulated</p>\n`
      return whole('text/html; charset=utf-8', page)
    }
    case 'text':
      return whole('text/plain; charset=utf-8', `${fault.message ?? 'Simulated failure'}\n`)
    case 'empty':
      return whole('application/json', '')
    case 'endless':
      return { contentType: 'text/plain; charset=utf-8', steps: endless() }
  }
}

function whole(contentType: string, text: string): FaultBodyContent {
  const bytes = new TextEncoder().encode(text)
  return { contentType, steps: [{ type: 'bytes', bytes }], length: bytes.byteLength }
}

function* endless(): Generator<Step> {
  const bytes = new TextEncoder().encode('Simulated failure without an end. '.repeat(512))
  for (;;) yield { type: 'bytes', bytes }
}
