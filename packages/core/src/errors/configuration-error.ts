import { VecTradeError } from './vectrade-error.ts'

/** An option, an argument or an environment variable is wrong. The message says what to set. */
export class ConfigurationError extends VecTradeError {
  /** @internal */
  static override readonly errorClass: string = 'ConfigurationError'

  declare readonly code: 'configuration_error'

  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, 'configuration_error', options)
  }
}
