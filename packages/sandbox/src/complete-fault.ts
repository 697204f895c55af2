import { type ErrorShape, shapeWithCode } from './error-body.ts'
import { usualError } from './error-codes.ts'
import type { Fault } from './faults.ts'

/** The fields that this module reads or fills in. */
type ErrorFields = Pick<
  Fault,
  'status' | 'body' | 'errorCode' | 'message' | 'errorAfterEvents' | 'errorShape'
>

/**
 * Fills in the fields that a fault leaves out: the usual status and message of its code, and the
 * server's error shape. Only the shapes `flat` and `gateway` have a code. If the server has another
 * shape, an error with a code uses `gateway`.
 */
export function completeFault<Fields extends ErrorFields>(
  fault: Fields,
  errorShape: ErrorShape,
): Fields {
  const { errorCode, errorAfterEvents, status = 200 } = fault
  const shape = shapeWithCode(errorCode, errorShape)
  const complete = { ...fault }
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
