import { isRecord } from '../events/json.ts'
import { type Check, checkThat } from '../lifetime/check-options.ts'

/** Checks for event types of a program's own. Their names and validators are checked when the first stream loads them. */
export const checkEventTypes: Check = /* @__PURE__ */ checkThat(
  'an object such as { chart: true }',
  isRecord,
)
