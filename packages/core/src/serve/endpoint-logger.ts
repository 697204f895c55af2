import type { Logger } from '../lifetime/logger.ts'
import { chosenLevel, isLogged, type LogLevel, type LogSettings } from '../options/log-level.ts'

/** The options of an endpoint about its messages. */
export interface EndpointLogOptions {
  logger?: Logger | undefined
  logLevel?: LogLevel | undefined
}

/**
 * Returns a function that returns the logger for the messages of a level, or undefined if they are not logged. The
 * client decides what the options of the endpoint leave open.
 */
export function endpointLogger(
  options: EndpointLogOptions,
  ofClient: LogSettings | undefined,
): (level: keyof Logger) => Logger | undefined {
  const chosen = options.logLevel ?? (ofClient && chosenLevel(ofClient))
  const console = chosen && (globalThis as { console?: Logger }).console
  const logger = options.logger ?? ofClient?.logger ?? console
  return (level) => (isLogged(level, chosen) ? logger : undefined)
}
