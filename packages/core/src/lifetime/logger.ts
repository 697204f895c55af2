import { markHandled } from './mark-handled.ts'

/** The facts of a log message, for programs. */
export interface LogFields {
  /** What has happened, such as `call.end`. */
  event: string
  [name: string]: string | number | undefined
}

/**
 * Receives what the SDK reports while it works, such as a retry. `console` is a logger, and so is a logger of pino.
 *
 * No message and no field has a prompt, an answer, a key, or what a server or another library says in an error.
 */
export interface Logger {
  /** Details that help to find a problem. */
  debug?(message: string, fields?: LogFields): void
  /** An event of normal operation, such as the end of a call. */
  info?(message: string, fields?: LogFields): void
  /** A problem after which the SDK continues, such as a failure that it retries. */
  warn?(message: string, fields?: LogFields): void
  /** A problem that the SDK cannot recover from. */
  error?(message: string, fields?: LogFields): void
}

/**
 * Logs a message. Never fails, even if the logger does.
 *
 * `console` gets the message only, because that says what the fields say. A logger of pino gets the fields first.
 */
export function log(
  logger: Logger | undefined,
  level: keyof Logger,
  message: string,
  fields?: LogFields,
): void {
  // Async, and with the logger's own promise as its result, so that a logger may also reject.
  const write = async (): Promise<unknown> => {
    if (logger === undefined) return
    const isConsole = logger === (globalThis as { console?: Logger }).console
    if (fields === undefined || isConsole) return logger[level]?.(message)
    // Only pino has `bindings`.
    if ('bindings' in logger) return (logger as unknown as PinoLogger)[level](fields, message)
    return logger[level]?.(message, fields)
  }
  // A logger may throw or reject. There is nowhere else to report that.
  void markHandled(write())
}

type PinoLogger = Record<keyof Logger, (fields: LogFields, message: string) => void>

/** Logs a warning. Never fails, even if the logger does. */
export function warn(logger: Logger | undefined, message: string, fields?: LogFields): void {
  log(logger, 'warn', message, fields)
}

/**
 * Logs a warning about an error. Only the error's name is logged, because its message may contain secrets.
 *
 * @param event the name of the event in the fields
 */
export function warnAbout(
  logger: Logger | undefined,
  event: string,
  message: string,
  error: unknown,
): void {
  const name = error instanceof Error ? error.name : 'no error'
  warn(logger, `${message} (${name})`, { event, error: name })
}
