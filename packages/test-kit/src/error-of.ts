/** Returns what a promise rejects with. Throws if the promise resolves. */
export async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  let value
  try {
    value = await promise
  } catch (error) {
    return error
  }
  throw new Error(`The promise resolved: ${JSON.stringify(value)}`)
}
