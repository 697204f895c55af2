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
} from './check-options.ts'
export { headersToSend, isBodyHeader } from './headers.ts'
export { warn } from './logger.ts'
export { nameMethod } from './name-method.ts'
export type { Network, RuntimeDefaults } from './options.ts'
export {
  limitError,
  ownerLimitError,
  type ResolvedLimits,
  resolveStoreLimits,
} from './resume/store-limits.ts'
export { within } from './timers.ts'
