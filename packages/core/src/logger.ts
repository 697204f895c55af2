/** Where the SDK reports what it does by itself, such as a retry. `console` is one. */
export interface Logger {
  debug?(message: string): void
  info?(message: string): void
  warn?(message: string): void
  error?(message: string): void
}

/** Says something to a logger. That it fails is no failure of what it was told about. */
export function warn(logger: Logger | undefined, message: string): void {
  try {
    logger?.warn?.(message)
  } catch {
    // There is nobody else to tell.
  }
}
