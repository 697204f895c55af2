import { expectTypeOf, test } from 'vitest'
import type { DoneEvent, StreamEvent, UnknownEvent, Usage } from './stream-event.ts'

function read(event: StreamEvent): string {
  expectTypeOf(event.content).toEqualTypeOf<string>()
  switch (event.type) {
    case 'text':
      return event.content
    case 'citation':
      expectTypeOf(event.content).toEqualTypeOf<''>()
      return event.url + event.source
    case 'metadata':
      expectTypeOf(event.model).toEqualTypeOf<string | undefined>()
      expectTypeOf(event['took_ms']).toEqualTypeOf<unknown>()
      return ''
    case 'done':
      expectTypeOf(event).toEqualTypeOf<DoneEvent>()
      expectTypeOf(event.usage).toEqualTypeOf<Usage | undefined>()
      return ''
    case 'unknown':
      expectTypeOf(event).toEqualTypeOf<UnknownEvent>()
      expectTypeOf(event.data).toEqualTypeOf<unknown>()
      return event.wireType
    default:
      expectTypeOf(event).toEqualTypeOf<never>()
      return event
  }
}

test('the union narrows on `type`, and a switch over it is exhaustive', () => {
  expectTypeOf(read).returns.toBeString()
})
