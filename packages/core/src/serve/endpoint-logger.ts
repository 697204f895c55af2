import type { Logger } from '../lifetime/logger.ts'
import { chosenLevel, isLogged, type LogSettings } from '../options/log-level.ts'
import type { HandlerOptions } from './handler-options.ts'

/**
 * Returns a function of a level. It returns the logger for messages of that level, or undefined if they are not logged.
 * The client decides what the options of the endpoint leave open.
 */
export function endpointLogger(
  options: Pick<HandlerOptions, 'logger' | 'logLevel'>,
  ofClient: LogSettings | undefined,
): (level: keyof Logger) => Logger | undefined {
  const chosen = options.logLevel ?? (ofClient && chosenLevel(ofClient))
  const console = chosen && (globalThis as { console?: Logger }).console
  const logger = options.logger ?? ofClient?.logger ?? console
  return (level) => (isLogged(level, chosen) ? logger : undefined)
}
