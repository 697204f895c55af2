import { markHandled } from './mark-handled.ts'

/** Where the SDK reports what it does by itself, such as a retry. `console` is one. */
export interface Logger {
  /** Details that help to find a fault. */
  debug?(message: string): void
  /** What happened as it should. */
  info?(message: string): void
  /** What went wrong and is tried again. */
  warn?(message: string): void
  /** What went wrong for good. */
  error?(message: string): void
}

/** Says something to a logger. That it fails is no failure of what it was told about. */
export function warn(logger: Logger | undefined, message: string): void {
  // A logger may throw or reject. There is no one else to tell about that.
  void markHandled((async () => logger?.warn?.(message))())
}

/** Warns about an error with its name only, because its message may contain secrets. */
export function warnAbout(logger: Logger | undefined, message: string, error: unknown): void {
  warn(logger, `${message} (${error instanceof Error ? error.name : 'no error'})`)
}
