import { type ErrorShape, shapeWithCode } from './error-body.ts'
import type { QuotaCode } from './error-codes.ts'
import { membersOf } from './members-of.ts'

/** The error of requests beyond the sandbox's `quota`. All fields are optional. */
export interface QuotaError {
  /** The code. If the server's `errorShape` has no code, the error has the shape `gateway`.
   * `AUTH_002` is also the code of a missing permission. Default: `quota_exceeded`, in the
   * server's `errorShape`. */
  code?: QuotaCode | 'AUTH_002'
  /** HTTP status. Default: 429. */
  status?: 403 | 429
  /** Seconds, sent in the error's JSON and not as a header. The field is `retry_after_seconds` in
   * the shape `gateway`, otherwise `retry_after`. Default: none. */
  retryAfter?: number
}

const codes = membersOf<NonNullable<QuotaError['code']>>({
  quota_exceeded: true,
  token_quota_exceeded: true,
  ai_daily_limit_exceeded: true,
  AUTH_002: true,
})

/** A {@link QuotaError}, checked and with its defaults. */
export interface QuotaRefusal {
  code: string
  status: number
  retryAfter: number | undefined
  shape: ErrorShape
}

/**
 * Checks the option `quotaError` and fills in the defaults.
 *
 * @throws TypeError that names the invalid field and what it accepts
 */
export function resolveQuotaError(option: QuotaError, errorShape: ErrorShape): QuotaRefusal {
  if (typeof option !== 'object') throw new TypeError('`quotaError` must be an object')
  const { code, status = 429, retryAfter } = option
  if (code !== undefined && !codes.includes(code)) {
    throw new TypeError(`\`quotaError.code\` must be one of ${codes.join(', ')}`)
  }
  if (status !== 403 && status !== 429)
    throw new TypeError('`quotaError.status` must be 403 or 429')
  if (retryAfter !== undefined && !(Number.isFinite(retryAfter) && retryAfter >= 0)) {
    throw new TypeError('`quotaError.retryAfter` must be a number of seconds, 0 or more')
  }
  const shape = shapeWithCode(code, errorShape)
  return { code: code ?? 'quota_exceeded', status, retryAfter, shape }
}
