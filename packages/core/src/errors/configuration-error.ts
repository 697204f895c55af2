import { VecTradeError } from './vectrade-error.ts'

/** An option, an argument or the environment is wrong; the message says what to set. */
export class ConfigurationError extends VecTradeError {
  /** @internal */
  static override readonly errorClass: string = 'ConfigurationError'

  declare readonly code: 'configuration_error'

  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, 'configuration_error', options)
  }
}
