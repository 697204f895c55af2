import { type ErrorShape, shapeWithCode } from './error-body.ts'
import { usualError } from './error-codes.ts'
import type { Fault } from './faults.ts'
import type { UsageSpelling } from './usage-spelling.ts'

/** The options of the server that apply to every answer. */
export interface FaultDefaults {
  errorShape: ErrorShape
  usage: UsageSpelling
}

/**
 * Fills in the fields that a fault leaves out: the usual status and message of its code, and the
 * server's error shape. Only the shapes `flat` and `gateway` have a code. If the server has another
 * shape, an error with a code uses `gateway`.
 */
export function completeFault(fault: Fault, { errorShape, usage }: FaultDefaults): Fault {
  const { errorCode, errorAfterEvents, status = 200 } = fault
  const shape = shapeWithCode(errorCode, errorShape)
  const complete: Fault = { usage, ...fault }
  if (errorAfterEvents !== undefined) complete.errorShape ??= shape
  if (status >= 400) complete.body ??= shape
  if (errorCode === undefined) return complete

  const { status: usualStatus, message } = usualError(errorCode)
  complete.message ??= message
  if (errorAfterEvents !== undefined) return complete
  // The error replaces the answer even if the fault sets the status to 200.
  complete.status ??= usualStatus
  complete.body ??= shape
  return complete
}
