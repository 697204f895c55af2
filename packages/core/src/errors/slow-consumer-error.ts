import { VecTradeError } from './vectrade-error.ts'

/** Events of a live feed came faster than they were read, and its `delivery` does not allow dropping them. */
export class SlowConsumerError extends VecTradeError {
  /** @internal */
  static override readonly errorClass: string = 'SlowConsumerError'

  declare readonly code: 'slow_consumer'

  /** @param buffer the most events that may wait */
  constructor(buffer: number) {
    super(
      `More than ${buffer} events wait to be read (option \`delivery.buffer\`)`,
      'slow_consumer',
    )
  }
}
