import { type AI, ConfigurationError, type OtherEvent, type StreamEvent } from '@vectrade/core'
import { hasMethods } from '@vectrade/core/adapter'
import { isObject } from './model-part.ts'

/** @throws ConfigurationError if a value is no client */
export function checkClient(
  client: unknown,
): asserts client is { readonly ai: AI<StreamEvent | OtherEvent> } {
  if (isObject(client) && hasMethods(client['ai'], 'stream')) return
  throw new ConfigurationError('`client` must be a VecTrade client')
}
