import { AnalysisStream, StreamProtocolError } from '@vectrade/core'
import { errorOf } from '@vectrade/test-kit/error-of'
import { expect, test } from 'vitest'
import { modelEvents } from './model-events.ts'

test.for([
  [{ type: 'reasoning' }, 'text'],
  [{ type: 'tool_call', id: 1, name: 'quote' }, 'id'],
  [{ type: 'tool_result', id: '1' }, 'name'],
] as const)('the event %o is refused, with the name of its field', async ([event, field]) => {
  const answer = AnalysisStream.from([event as never], { events: modelEvents })
  const error = await errorOf(answer.finalText())
  expect(error).toBeInstanceOf(StreamProtocolError)
  expect(String(error)).toContain(`at ${field}`)
})

test('an event keeps its other fields', async () => {
  const event = {
    type: 'tool_call',
    content: '',
    id: '1',
    name: 'quote',
    input: [1],
    more: 2,
  } as const
  const events = await Array.fromAsync(AnalysisStream.from([event], { events: modelEvents }))
  expect(events[0]).toEqual(event)
})
