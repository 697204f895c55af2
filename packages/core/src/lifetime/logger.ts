import { markHandled } from './mark-handled.ts'

/** Receives what the SDK reports while it works, such as a retry. `console` is a logger. */
export interface Logger {
  /** Details that help to find a problem. */
  debug?(message: string): void
  /** An event of normal operation. */
  info?(message: string): void
  /** A problem after which the SDK continues, such as a failure that it retries. */
  warn?(message: string): void
  /** A problem that the SDK cannot recover from. */
  error?(message: string): void
}

/** Logs a warning. Never fails, even if the logger does. */
export function warn(logger: Logger | undefined, message: string): void {
  // A logger may throw or reject. There is nowhere else to report that.
  void markHandled((async () => logger?.warn?.(message))())
}

/** Logs a warning about an error. Only the error's name is logged, because its message may contain secrets. */
export function warnAbout(logger: Logger | undefined, message: string, error: unknown): void {
  warn(logger, `${message} (${error instanceof Error ? error.name : 'no error'})`)
}
