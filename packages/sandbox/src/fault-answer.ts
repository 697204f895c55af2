import { errorBody, errorContentType, errorType } from './error-body.ts'
import { isQuotaCode } from './error-codes.ts'
import type { Fault } from './faults.ts'
import type { HeaderLines } from './header-lines.ts'
import type { Step } from './stream-steps.ts'

interface FaultBodyContent {
  contentType: string
  steps: Iterable<Step>
  /** In bytes; absent where there is no end. */
  length?: number
}

/** The body a fault sends in place of the answer. */
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

/** The headers a fault sets, with whatever answer they go out. */
export function* faultHeaders(fault: Fault): Generator<[name: string, value: HeaderLines]> {
  if (fault.retryAfterDate !== undefined) {
    const date = new Date(Date.now() + fault.retryAfterDate * 1000)
    yield ['retry-after', date.toUTCString()]
  }
  if (fault.retryAfter !== undefined) yield ['retry-after', String(fault.retryAfter)]
  if (fault.retryAfterMs !== undefined) yield ['retry-after-ms', String(fault.retryAfterMs)]
  if (fault.shouldRetry !== undefined) yield ['x-should-retry', String(fault.shouldRetry)]
  if (fault.status === 403 || fault.status === 429) {
    const isQuota = isQuotaCode(fault.errorCode ?? fault.errorType)
    if (isQuota) yield ['x-vq-quota-remaining', '0']
    else if (fault.status === 429) yield ['x-vq-ratelimit-remaining', '0']
  }
  if (fault.contentType !== undefined) yield ['content-type', fault.contentType]
  yield* Object.entries(fault.headers ?? {})
}

function whole(contentType: string, text: string): FaultBodyContent {
  const bytes = new TextEncoder().encode(text)
  return { contentType, steps: [{ type: 'bytes', bytes }], length: bytes.byteLength }
}

function* endless(): Generator<Step> {
  const bytes = new TextEncoder().encode('Simulated failure without an end. '.repeat(512))
  for (;;) yield { type: 'bytes', bytes }
}
