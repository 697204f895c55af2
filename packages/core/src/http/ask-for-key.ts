import { ConfigurationError } from '../errors/configuration-error.ts'
import type { Abortable } from '../lifetime/abort-source.ts'
import { within } from '../lifetime/timers.ts'
import { isKey } from '../options/api-key.ts'

/**
 * Asks a function for the key. The function is not called if the signal is aborted.
 *
 * @param timeout how long it may take, in ms. 0 is no limit.
 * @throws ConfigurationError if the function fails, returns no key, or takes longer; or the signal's reason
 */
export async function askForKey(
  getKey: () => string | Promise<string>,
  timeout: number,
  signal: Abortable,
): Promise<string> {
  const asked = Promise.resolve().then(() => (signal.aborted ? undefined : getKey()))
  const key: unknown = await within(asked, timeout, signal).catch((cause: unknown) => {
    throw new ConfigurationError('The function `apiKey` failed', { cause })
  })
  if (signal.aborted) throw signal.reason
  if (isKey(key)) return key
  throw new ConfigurationError(
    'The function `apiKey` must return a string of visible ASCII characters, or a promise of one, within `timeout`',
  )
}
