/** Where the SDK reports what it does by itself, such as a retry. `console` is one. */
export interface Logger {
  debug?(message: string): void
  info?(message: string): void
  warn?(message: string): void
  error?(message: string): void
}
