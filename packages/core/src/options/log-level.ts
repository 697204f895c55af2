import { log, type LogFields, type Logger } from '../lifetime/logger.ts'

const levels = ['debug', 'info', 'warn', 'error'] as const

/** What a logger gets: the messages of this level and of those after it. `off` is none. */
export type LogLevel = (typeof levels)[number] | 'off'

/** Whether a value is a {@link LogLevel}. */
export function isLogLevel(value: unknown): value is LogLevel {
  return value === 'off' || levels.includes(value as keyof Logger)
}

/**
 * Returns a logger with the methods of a level and of those after it, or undefined if there is nothing to log.
 *
 * @param variable the value of `VECTRADE_LOG`. With it, or with a level, the default logger is `console`.
 */
export function leveledLogger(
  given: Logger | undefined,
  level: LogLevel | undefined,
  variable: string | undefined,
): Logger | undefined {
  const { console } = globalThis as { console?: Logger }
  const logger = given ?? (level || variable ? console : undefined)
  if (logger === undefined) return undefined
  const ofVariable = isLogLevel(variable) ? variable : undefined
  const chosen = level ?? ofVariable ?? 'warn'
  if (variable && ofVariable === undefined) {
    log(logger, 'warn', 'vectrade: VECTRADE_LOG must be debug, info, warn, error or off')
  }
  if (chosen === 'off') return undefined
  const methodOf =
    (name: keyof Logger) =>
    (message: string, fields?: LogFields): void =>
      log(logger, name, message, fields)
  const names = levels.slice(levels.indexOf(chosen)).filter((name) => logger[name])
  return Object.fromEntries(names.map((name) => [name, methodOf(name)]))
}
