import { describe, expect, test } from 'vitest'
import { eventFromWire, eventToWire } from './wire.ts'

const parse = (text: string): unknown => JSON.parse(text)

describe('a JSON value from the wire becomes an event', () => {
  test.for<[string, unknown]>([
    ['{"type":"text","content":"Hi"}', { type: 'text', content: 'Hi' }],
    ['{"type":"text","content":""}', { type: 'text', content: '' }],
    [
      '{"type":"citation","source":"10-Q","url":"javascript:x"}',
      { type: 'citation', content: '', source: '10-Q', url: 'javascript:x' },
    ],
    [
      '{"type":"metadata","model":"m","took_ms":5}',
      { type: 'metadata', content: '', model: 'm', took_ms: 5 },
    ],
    [
      '{"type":"done","usage":{"prompt_tokens":1,"completion_tokens":2}}',
      { type: 'done', content: '', usage: { prompt_tokens: 1, completion_tokens: 2 } },
    ],
    [
      '{"type":"done","usage":{"promptTokens":1,"completionTokens":2,"totalTokens":3}}',
      {
        type: 'done',
        content: '',
        usage: {
          promptTokens: 1,
          completionTokens: 2,
          totalTokens: 3,
          prompt_tokens: 1,
          completion_tokens: 2,
          total_tokens: 3,
        },
      },
    ],
    [
      '{"type":"done","usage":{"prompt_tokens":1,"promptTokens":9,"totalTokens":"3"}}',
      { type: 'done', content: '', usage: { prompt_tokens: 1, promptTokens: 9, totalTokens: '3' } },
    ],
    ['{"type":"done"}', { type: 'done', content: '' }],
    ['{"type":"done","usage":null}', { type: 'done', content: '', usage: null }],
  ])('%s', ([wire, event]) => {
    expect(eventFromWire(parse(wire))).toEqual(event)
  })

  test.for<[string, string]>([
    ['{"type":"chart","points":[1]}', 'chart'],
    ['{"type":"unknown"}', 'unknown'],
    ['{"type":"constructor"}', 'constructor'],
    ['{"type":"__proto__"}', '__proto__'],
    ['{"type":"text"}', 'text'],
    ['{"type":"text","content":7}', 'text'],
    ['{"type":"citation","source":"s"}', 'citation'],
    ['{"no":"type"}', 'ping'],
    ['{"type":7}', 'ping'],
    ['[1]', 'ping'],
    ['"text"', 'ping'],
    ['null', 'ping'],
    ['0', 'ping'],
  ])('an unknown value is kept whole: %s', ([wire, wireType]) => {
    const event = eventFromWire(parse(wire), 'ping')
    expect(event).toEqual({ type: 'unknown', content: '', wireType, data: parse(wire) })
  })
})

describe('an event becomes the JSON value that it was', () => {
  test.for([
    '{"type":"text","content":"Hi","logprob":-0.5}',
    '{"type":"citation","source":"10-Q","url":"https://example.com","page":{"from":1}}',
    '{"type":"citation","source":"10-Q","url":"u","content":"kept but never shown"}',
    '{"type":"metadata","model":"m","nested":{"a":[1,null]},"content":7}',
    '{"type":"done","content":"","usage":{"prompt_tokens":1,"cached":2},"stop":"end"}',
    '{"type":"chart","content":"x","data":{"type":"text"}}',
    '{"type":"unknown","wireType":"x","data":1}',
    '[1,{"type":"text"}]',
    'null',
    '{"type":"metadata","__proto__":{"polluted":1},"constructor":{"prototype":2},"toString":3}',
    String.raw`{"type":"text","content":"a","\u005f_proto__":{"polluted":1}}`,
  ])('%s', (wire) => {
    expect(eventToWire(eventFromWire(parse(wire)))).toEqual(parse(wire))
    expect(Object.keys(eventToWire(eventFromWire(parse(wire))) ?? {}).toSorted()).toEqual(
      Object.keys(parse(wire) ?? {}).toSorted(),
    )
  })

  test('only text events have content', () => {
    const event = eventFromWire(parse('{"type":"metadata","content":"not for the screen"}'))
    expect(event.content).toBe('')
  })

  test('no field changes a prototype', () => {
    const event = eventFromWire(parse('{"type":"metadata","__proto__":{"polluted":1}}'))
    eventToWire(event)
    expect(Object.hasOwn(event, '__proto__')).toBe(true)
    expect(Object.getPrototypeOf(event)).toBe(Object.prototype)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})
