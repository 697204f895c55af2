import type { EventTypes } from '../events/own-event.ts'
import type { VecTradeOptions } from './options.ts'
import type { RuntimeDefaults } from './runtime.ts'

/**
 * Returns the arguments with which the package of a runtime calls the constructor of core's client. The
 * second argument, what the runtime supplies, is missing from the types, because users do not pass it.
 *
 * @example
 * ```ts
 * import { VecTrade as CoreVecTrade, type VecTradeOptions } from '@vectrade/core'
 * import { withRuntime } from '@vectrade/core/adapter'
 *
 * class VecTrade extends CoreVecTrade {
 *   constructor(options: VecTradeOptions = {}) {
 *     super(...withRuntime(options, { name: 'example', env: (name) => process.env[name] }))
 *   }
 * }
 * const client = new VecTrade({ apiKey: 'vq_example' })
 * ```
 */
export function withRuntime<Types extends EventTypes>(
  options: VecTradeOptions<Types>,
  runtime: RuntimeDefaults,
): [options: VecTradeOptions<Types>] {
  return [options, runtime] as unknown as [VecTradeOptions<Types>]
}
