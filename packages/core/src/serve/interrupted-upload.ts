import { readBody } from '../http/read-body.ts'

/**
 * Whether an error means that the caller stopped sending the body of the request. `authorize` or `owner` may
 * have read a copy of the body. So this function reads the body itself, and compares the two errors.
 */
export async function isInterruptedUpload(
  { body, signal }: Request,
  error: unknown,
): Promise<boolean> {
  if (!body) return false
  // A locked body gives its errors only to its reader. But the signal tells whether the caller has left.
  if (body.locked) return signal.aborted
  try {
    // The bytes that have arrived can be read at once, and so can an error after them.
    await readBody(body, { maxBytes: 2 ** 20, silence: 1, deadline: 100 })
    return false
  } catch (failure) {
    if (!(error instanceof Error) || !(failure instanceof Error)) return false
    // Some runtimes give each reader its own error object. Deno has a class for this error, and its message
    // is different in a copy.
    const isOwnClass = error.name !== 'Error' && error.name !== 'TypeError'
    return error.message === failure.message || (isOwnClass && error.name === failure.name)
  }
}
