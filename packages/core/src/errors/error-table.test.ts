import { expect, test } from 'vitest'
import * as errors from '../index.ts'
import { errorTable } from './error-table.ts'
import { errorFromWire } from './error-from-wire.ts'

/** One error of each class that users can import. */
const all: errors.VecTradeError[] = [
  ...Object.values(errors)
    .filter(isAPIErrorClass)
    .map((APIErrorClass) => new APIErrorClass({ message: '' })),
  new errors.ConfigurationError(''),
  new errors.ConnectionError('', 'connect'),
  new errors.StreamInterruptedError(),
  new errors.TimeoutError('idle', 1),
  new errors.RequestAbortedError(),
  new errors.StreamConsumedError(),
  new errors.StreamProtocolError(''),
  new errors.StreamResumeError(''),
  new errors.StreamStoreError('', 'limit'),
  new errors.SlowConsumerError(1),
]

function isAPIErrorClass(value: unknown): value is typeof errors.APIError {
  return typeof value === 'function' && 'code' in value
}

test('each class has a row under a code of its own', () => {
  const classes = Object.entries(errors).filter(
    ([, value]) => typeof value === 'function' && 'errorClass' in value,
  )
  const names = classes.map(([name]) => name).filter((name) => name !== 'VecTradeError')
  expect(all.map(({ name }) => name).toSorted()).toEqual(names.toSorted())
  expect(all.map(({ code }) => code).toSorted()).toEqual(Object.keys(errorTable).toSorted())
})

test('the rows under a code are of the class with that code', () => {
  const rows = Object.entries(errorTable).flatMap(([code, given]) =>
    given.flatMap((row) => (typeof row === 'object' ? [[code, row[0].code]] : [])),
  )
  for (const [code, ofClass] of rows) expect(ofClass).toBe(code)
  expect(rows.length).toBeGreaterThan(20)
})

test.for(all.filter((error) => error instanceof errors.APIError))(
  'what is sent for $name is read as $name, which has these defaults',
  (error) => {
    const { code, name } = error
    const [, status, type, retryable] = errorTable[code][0]
    expect(errorFromWire({ error: { type } }, { status })).toMatchObject({ name, type, retryable })
    expect(error).toMatchObject({ retryable, type: code === 'api_error' ? code : type })
  },
)
