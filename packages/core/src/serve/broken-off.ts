import { readBody } from '../http/read-body.ts'

/**
 * Whether an error comes from reading the body of a request, or a copy of it, that its caller broke off.
 * Reads the body.
 */
export async function isBrokenOff({ body, signal }: Request, error: unknown): Promise<boolean> {
  if (!body) return false
  // Only the body's reader knows what became of it. All that shows here is that the caller has gone.
  if (body.locked) return signal.aborted
  try {
    // The bytes that have arrived can be read at once, and so can the error after them.
    await readBody(body, { maxBytes: 2 ** 20, silence: 1, deadline: 100 })
    return false
  } catch (failure) {
    if (!(error instanceof Error) || !(failure instanceof Error)) return false
    // Not every runtime gives the same object to all who read. Deno has a class of its own for this error,
    // and other words in a copy.
    const isOwnClass = error.name !== 'Error' && error.name !== 'TypeError'
    return error.message === failure.message || (isOwnClass && error.name === failure.name)
  }
}
