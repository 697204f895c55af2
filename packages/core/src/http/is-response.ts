import { isRecord } from '../events/json.ts'
import type { FetchResponse } from '../options/runtime.ts'

/** Whether a value is a Response, including those of other realms and libraries. */
export function isResponse(value: unknown): value is FetchResponse {
  if (!isRecord(value) || typeof value['status'] !== 'number') return false
  const { headers, body } = value
  if (!isRecord(headers) || typeof headers['get'] !== 'function') return false
  // React Native's responses have no body. Reading one reports that.
  return body === null || body === undefined || (isRecord(body) && 'getReader' in body)
}
