import { CallSecrets } from '../errors/secrets.ts'
import type { OwnEvents } from '../events/own-event.ts'
import type { Logger } from '../lifetime/logger.ts'
import { resolveLimits } from '../lifetime/check-limit.ts'
import {
  type CallLimits,
  callLimits,
  type CallOptions,
  headerRecord,
  type Settings,
} from '../options/options.ts'
import { noKey } from '../options/api-key.ts'
import type { KeyHeader } from './key-header.ts'
import type { Call } from './send.ts'

/** A call with the settings of its client, which include the limits for reading the answer. */
export type CallWithLimits = Call &
  Omit<Settings, 'headers'> & {
    /** Set for live data. */
    logger?: Logger | undefined
    /** Recognizes the events of the program's own types. */
    ownEvents?: OwnEvents | undefined
  }

/**
 * Merges the options of a call with the client's. The call's options win.
 *
 * @param further the headers that all calls of this kind have
 * @throws ConfigurationError if there is no key, or on a wrong option
 */
export function createCall(
  settings: Settings,
  key: KeyHeader | undefined,
  url: () => string,
  options: Pick<CallOptions, keyof CallLimits | 'headers'>,
  further: Record<string, string>,
): CallWithLimits {
  const limits = resolveLimits(callLimits, options, settings)
  if (!settings.isEndpoint && key === undefined) throw noKey()
  const headers = { ...further, ...settings.headers, ...headerRecord(options.headers) }
  return {
    ...settings,
    ...limits,
    key,
    url: url(),
    headers,
    secrets: new CallSecrets(headers),
  }
}
