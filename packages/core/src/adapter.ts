// `@vectrade/core/adapter`: what the adapters of runtimes, stores and servers share, beyond what users import.
// It is outside semver: it may change with any version, and our own packages of that version change with it.
export {
  type Check,
  checkBoolean,
  checkFunction,
  checkLogger,
  checkOptions,
  type Checks,
  checkSignal,
  checkString,
  checkText,
  checkThat,
  hasMethods,
  type Limit,
} from './lifetime/check-options.ts'
export { milliseconds, resolveLimits, wholeNumber } from './lifetime/check-limit.ts'
export { headersToSend, isBodyHeader } from './options/headers.ts'
export { warn } from './lifetime/logger.ts'
export { nameMethod } from './lifetime/name-method.ts'
export type { Network, RuntimeDefaults } from './options/runtime.ts'
export {
  limitError,
  ownerLimitError,
  type ResolvedLimits,
  resolveStoreLimits,
} from './store/store-limits.ts'
export { within } from './lifetime/timers.ts'
