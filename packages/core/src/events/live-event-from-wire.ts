import { isRecord } from './json.ts'
import type { LiveEvent } from './live-event.ts'

/** Returns the event that a JSON value from the wire describes. The value is not copied: it becomes the event. */
export function liveEventFromWire(wire: unknown, name = ''): LiveEvent {
  const kind = isRecord(wire) ? wire['type'] : undefined
  if (isRecord(wire) && typeof kind === 'string' && hasFields(wire, kind as LiveEvent['type'])) {
    return wire as unknown as LiveEvent
  }
  const wireType = typeof kind === 'string' ? kind : name
  return { type: 'unknown', content: '', wireType, data: wire }
}

/** Whether a value has the fields that its type needs. An event without them has the type `unknown`. */
function hasFields(wire: Record<string, unknown>, kind: LiveEvent['type']): boolean {
  switch (kind) {
    case 'quote.update':
      return typeof wire['symbol'] === 'string' && Number.isFinite(wire['price'])
    case 'alert.triggered':
      return (
        typeof wire['id'] === 'string' &&
        typeof wire['symbol'] === 'string' &&
        Number.isFinite(wire['price']) &&
        isRecord(wire['condition'])
      )
    case 'news.published':
      return (
        typeof wire['id'] === 'string' &&
        typeof wire['title'] === 'string' &&
        Array.isArray(wire['symbols'])
      )
    case 'gap':
      return typeof wire['reason'] === 'string'
    default:
      kind satisfies 'unknown'
      return false
  }
}
