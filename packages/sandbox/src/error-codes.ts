import { membersOf } from './members-of.ts'

/** The usual status and message of an error code. */
interface UsualError {
  status: number
  message: string
}

const usual: Readonly<Record<string, UsualError>> = {
  missing_api_key: { status: 401, message: 'The API key is missing' },
  invalid_api_key: { status: 401, message: 'The API key is not valid' },
  scope_denied: { status: 403, message: 'The API key lacks the scope ai:read' },
  ai_access_denied: { status: 403, message: 'This plan does not include AI analyses' },
  token_quota_exceeded: { status: 429, message: 'The tokens of this plan are used up' },
  ai_daily_limit_exceeded: { status: 429, message: 'The analyses of this day are used up' },
  quota_exceeded: { status: 429, message: 'The requests of this plan are used up' },
  // This code means a missing permission or an exhausted quota. The message tells which.
  AUTH_002: { status: 403, message: 'The monthly quota of this plan is used up' },
}

/**
 * Returns the usual status and message of a code. The status is 400 for a code that VecTrade does
 * not have.
 */
export function usualError(code: string): UsualError {
  return Object.hasOwn(usual, code) && usual[code] !== undefined
    ? usual[code]
    : { status: 400, message: 'Simulated failure with a code' }
}

/** A code that always means that a quota is used up. */
export type QuotaCode = 'quota_exceeded' | 'token_quota_exceeded' | 'ai_daily_limit_exceeded'

const quotaCodes = membersOf<QuotaCode>({
  quota_exceeded: true,
  token_quota_exceeded: true,
  ai_daily_limit_exceeded: true,
})

/** Returns whether this code or type always means that a quota is used up. */
export function isQuotaCode(code: string | undefined): boolean {
  return quotaCodes.some((each) => each === code)
}
