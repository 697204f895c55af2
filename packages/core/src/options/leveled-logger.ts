import { log, type LogFields, type Logger } from '../lifetime/logger.ts'
import { chosenLevel, isLogged, isLogLevel, logLevels, type LogSettings } from './log-level.ts'

let isMistakeLogged = false

/**
 * Returns a logger with the methods of a level and of those after it, or undefined if there is nothing to log.
 *
 * With `VECTRADE_LOG` or a level, the default logger is `console`. A wrong value of the variable is logged once.
 */
export function leveledLogger(settings: LogSettings): Logger | undefined {
  const { level, variable } = settings
  const { console } = globalThis as { console?: Logger }
  const logger = settings.logger ?? (level || variable ? console : undefined)
  if (logger === undefined) return undefined
  const isWrong = Boolean(variable) && !isLogLevel(variable)
  if (isWrong && !isMistakeLogged) {
    isMistakeLogged = true
    log(logger, 'warn', 'vectrade: VECTRADE_LOG must be debug, info, warn, error or off')
  }
  const chosen = chosenLevel(settings)
  if (chosen === 'off') return undefined
  const methodOf =
    (name: keyof Logger) =>
    (message: string, fields?: LogFields): void =>
      log(logger, name, message, fields)
  const names = logLevels.filter((name) => isLogged(name, chosen) && logger[name])
  return Object.fromEntries(names.map((name) => [name, methodOf(name)]))
}
