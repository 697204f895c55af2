import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { StreamProtocolError } from '../errors/stream-protocol-error.ts'
import type { EventTypes, StandardSchema } from '../events/own-event.ts'
import { OwnEventReader } from './own-event-reader.ts'
import type { StreamEvent } from '../events/stream-event.ts'

/** Reads the event of a JSON value of the type `chart`. */
function read(events: EventTypes, data: unknown): StreamEvent {
  const reader = new OwnEventReader(events)
  return reader.read({ type: 'unknown', content: '', wireType: 'chart', data })
}

const points = [{ x: 1, y: 2 }]

test.for([
  ['zod', z.object({ points: z.array(z.object({ x: z.number(), y: z.number() })) })],
  ['valibot', v.object({ points: v.array(v.object({ x: v.number(), y: v.number() })) })],
] as const)('%s checks an event, and names the place of a fault', ([, chart]) => {
  expect(read({ chart }, { type: 'chart', points, more: 1 })).toEqual({
    type: 'chart',
    content: '',
    points,
  })
  const wrong = (): unknown => read({ chart }, { points: [points[0], { x: 'secret', y: 2 }] })
  expect(wrong).toThrow(StreamProtocolError)
  expect(wrong).toThrow('An event of the type "chart" does not match its validator at points.1.x')
  expect(wrong).not.toThrow('secret')
})

test('`true` takes an event as it is', () => {
  const event = read({ chart: true }, { type: 'chart', content: 'ours', points })
  expect(event).toEqual({ type: 'chart', content: '', points })
})

test('a validator may transform the event, and may know its type', () => {
  const chart = z.object({
    type: z.literal('chart'),
    at: z.string().transform((at) => new Date(at)),
  })
  expect(read({ chart }, { type: 'chart', at: '2026-11-29' })).toMatchObject({
    at: new Date('2026-11-29'),
  })
})

test('events of other types, and those that are no objects, stay unknown', () => {
  expect(read({ table: true }, { points })).toMatchObject({ type: 'unknown' })
  for (const data of [7, null, [points]]) {
    expect(read({ chart: z.object({}) }, data)).toMatchObject({ type: 'unknown', data })
  }
  // The names of Object.prototype are no types.
  const reader = new OwnEventReader({})
  expect(['constructor', '__proto__'].map((type) => reader.has(type))).toEqual([false, false])
})

test.for<[string, StandardSchema<object>]>([
  ['valibot', v.object({ json: v.pipe(v.string(), v.transform(JSON.parse)) })],
  ["one of one's own", validator(() => JSON.parse('secret'))],
  ['one that returns nothing', validator(() => undefined)],
])('an event on which a validator throws is named: %s', ([, chart]) => {
  const error = catchSync(() => read({ chart }, { json: 'secret' }))
  expect(error).toBeInstanceOf(StreamProtocolError)
  expect(error).toMatchObject({
    message: 'An event of the type "chart" could not be checked',
    retryable: false,
    cause: expect.any(Error),
  })
})

function validator(validate: (value: unknown) => unknown): StandardSchema<object> {
  return { '~standard': { version: 1, vendor: 'mine', validate: validate as never } }
}

function catchSync(act: () => unknown): unknown {
  try {
    return act()
  } catch (error) {
    return error
  }
}

describe('a wrong type throws a ConfigurationError', () => {
  test.for<[string, unknown]>([
    ['text', true],
    ['error', true],
    ['', true],
    ['a\nb', true],
    ['chart', false],
    ['chart', {}],
    ['chart', null],
    ['chart', { '~standard': {} }],
  ])('%j: %j', ([type, schema]) => {
    expect(() => new OwnEventReader({ [type]: schema } as never)).toThrow(ConfigurationError)
  })

  test('when its validator returns a promise, or no object', () => {
    const later = z.object({}).refine(async () => true)
    expect(() => read({ chart: later }, {})).toThrow('must work without a promise')
    // Vitest reports a rejection that no one handles.
    const throwing = z.object({}).refine(() => {
      throw new Error('secret')
    })
    expect(() => read({ chart: throwing }, {})).toThrow('must work without a promise')
    const chart = z.object({}).transform(() => 'text') as never
    expect(() => read({ chart }, {})).toThrow('must return an object')
  })
})
