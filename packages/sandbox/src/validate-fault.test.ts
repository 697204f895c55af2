import { expect, test } from 'vitest'
import { validateFault } from './validate-fault.ts'

test.each([[], [1], ['a\nb'], null, 5])('validateFault refuses %j as a header', (value) => {
  expect(() => validateFault({ headers: { 'x-a': value } })).toThrow(
    '`header.x-a` takes printable text, or a list of it',
  )
})

test.each([undefined, () => 1, 1n])('validateFault refuses the error field %s', (value) => {
  expect(() => validateFault({ status: 403, errorFields: { value } })).toThrow(
    '`errorField.value` takes a JSON value',
  )
})

test.each([null, [], 'docs'])('validateFault refuses %j as error fields', (errorFields) => {
  expect(() => validateFault({ status: 403, errorFields })).toThrow('`errorFields` takes an object')
})

test.each([null, [], 'status=1', 503])('validateFault refuses %j', (candidate) => {
  expect(() => validateFault(candidate)).toThrow('A fault is an object')
})

test('validateFault removes undefined fields', () => {
  expect(validateFault({ status: 500, body: undefined })).toStrictEqual({ status: 500 })
})
