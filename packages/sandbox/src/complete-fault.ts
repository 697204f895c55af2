import { type ErrorShape, shapeWithCode } from './error-body.ts'
import { usualError } from './error-codes.ts'
import type { Fault } from './faults.ts'
import type { UsageSpelling } from './usage-spelling.ts'

/** What the server's options say about all answers. */
export interface FaultDefaults {
  errorShape: ErrorShape
  usage: UsageSpelling
}

/**
 * Fills in what a fault leaves open: the usual status and message of a code, and the server's
 * error shape. Only two of the shapes hold a code. If the server's does not, an error with a code
 * takes the gateway's.
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
  // The error takes the place of the answer, also under a status that the fault sets to 200.
  complete.status ??= usualStatus
  complete.body ??= shape
  return complete
}
