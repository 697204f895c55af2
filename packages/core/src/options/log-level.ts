import { type Check, checkThat } from '../lifetime/check-options.ts'
import type { Logger } from '../lifetime/logger.ts'

/** The levels of messages, from the least important. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const

/** What a logger gets: the messages of this level and of more important ones. `off` is none. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'off'

/** What a client was told about logging. */
export interface LogSettings {
  logger: Logger | undefined
  level: LogLevel | undefined
  /** The value of `VECTRADE_LOG`. */
  variable: string | undefined
}

/** Returns the level that the settings choose, or undefined if they choose none. */
export function chosenLevel({
  level,
  variable,
}: Omit<LogSettings, 'logger'>): LogLevel | undefined {
  return level ?? (isLogLevel(variable) ? variable : undefined)
}

/** Whether messages of `level` reach the logger where the level is `chosen`. */
export function isLogged(level: keyof Logger, chosen: LogLevel = 'warn'): boolean {
  return chosen !== 'off' && logLevels.indexOf(chosen) <= logLevels.indexOf(level)
}

/** Whether a value is a {@link LogLevel}. */
export function isLogLevel(value: unknown): value is LogLevel {
  return value === 'off' || logLevels.includes(value as keyof Logger)
}

/** Checks an option with a level. */
export const checkLogLevel: Check = /* @__PURE__ */ checkThat(
  "'debug', 'info', 'warn', 'error' or 'off'",
  isLogLevel,
)
