import { describe, expect, test } from 'vitest'
import { formatFault, parseFault } from './fault-syntax.ts'
import type { Fault } from './faults.ts'
import { FaultSyntaxError, validateFault } from './validate-fault.ts'

describe('parseFault', () => {
  test.each<[string, Fault]>([
    ['', {}],
    [' ; ', {}],
    ['status=503; retryAfter=2; times=1', { status: 503, retryAfter: 2, times: 1 }],
    ['hang', { hang: true }],
    ['shouldRetry=false;hang=true', { shouldRetry: false, hang: true }],
    ['cut = rst ; cutAfterBytes = 10', { cut: 'rst', cutAfterBytes: 10 }],
    ['status=302; location=/a?b=c', { status: 302, location: '/a?b=c' }],
    ['status=302; location', { status: 302, location: '' }],
    ['whenKeyIn=bearer; status=401', { whenKeyIn: 'bearer', status: 401 }],
    [
      'header.content-type=a/b; header.content-type=c/d; header.content-type',
      { headers: { 'content-type': ['a/b', 'c/d', ''] } },
    ],
    ['header.X-Proxy=a=b', { headers: { 'X-Proxy': 'a=b' } }],
    ['stallAfterEvents=0; stallFor=1.5', { stallAfterEvents: 0, stallFor: 1.5 }],
    ['errorCode=AUTH_002; body=flat', { errorCode: 'AUTH_002', body: 'flat' }],
    [
      'status=403; errorField.docs=https://a.test/?b=c; errorField.none; errorField.one=1',
      { status: 403, errorFields: { docs: 'https://a.test/?b=c', none: '', one: 1 } },
    ],
    [
      'errorCode=x; errorField.details={"deep":[{"a":"b\\u003b c"},null]}',
      { errorCode: 'x', errorFields: { details: { deep: [{ a: 'b; c' }, null] } } },
    ],
  ])('%s', (source, fault) => {
    expect(parseFault(source)).toEqual(fault)
    expect(parseFault(formatFault(fault))).toEqual(fault)
  })

  test.each([
    ['stauts=503', '`stauts` is not a fault. There are: times, whenKeyIn, delay'],
    ['__proto__=1', '`__proto__` is not a fault'],
    ['status=teapot', '`status` takes a whole number from 200 to 599'],
    ['status=99', '`status` takes a whole number from 200 to 599'],
    ['status=', '`status` takes a whole number'],
    ['status', '`status` takes a whole number'],
    ['times=1.5', '`times` takes a whole number'],
    ['delay=-1', '`delay` takes a number from 0'],
    ['hang=maybe', '`hang` takes true or false'],
    ['body=pdf', '`body` takes one of documented, flat, problem, gateway, html'],
    ['cutAfterEvents=1; cut=soft', '`cut` takes one of fin, rst, clean'],
    ['cut=rst', '`cut` needs `cutAfterEvents` or `cutAfterBytes`'],
    ['stallFor=1', '`stallFor` needs `stallAfterEvents` or `stallAfterBytes`'],
    ['location=none', '`location` needs `status`'],
    ['frameAfterEvents=1', '`frameAfterEvents` needs `frame`'],
    ['frame=full', '`frame` takes one of empty, empty-id, ping, greeting'],
    ['bom; bom', '`bom` is given twice'],
    ['message=a\nb', '`message` takes printable text'],
    ['header.a b=c', '"a b" is not a header\'s name'],
    ['header.=c', '"" is not a header\'s name'],
    ['errorField.a=1', '`errorFields` needs `status` or `body` or `errorCode`'],
    ['status=400; errorField.a=1; errorField.a=2', '`errorField.a` is given twice'],
    ['status=400; errorField.=1', '"" cannot be an error field\'s name'],
    ['errorCode=x; body=problem', '`errorCode` needs `body` to be flat or gateway, or left out'],
    ['errorCode=x; errorAfterEvents=1; errorShape=message', '`errorCode` needs `errorShape`'],
  ])('refuses %j', (source, message) => {
    expect(() => parseFault(source)).toThrow(FaultSyntaxError)
    expect(() => parseFault(source)).toThrow(message)
  })
})

test.each([
  'plain text',
  'a; b',
  ' spaces around ',
  'true',
  '"quoted"',
  '12',
  'naïve – 売り 🚀',
  'two\nlines',
  '',
  12,
  null,
  false,
  ['a', { b: 'c; d' }],
  { deep: { deeper: [1, '2', { three: null }] } },
])('an error field %j comes back the same from a header', (value) => {
  const fault: Fault = { status: 403, errorFields: { value } }
  const text = formatFault(fault)
  expect(text).toMatch(/^[ -~]*$/)
  expect(parseFault(text)).toEqual(fault)
})

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

test('formatFault refuses what it could not read back', () => {
  expect(() => formatFault({ message: 'a; b' })).toThrow('`message` must not contain ";"')
})

test.each([null, [], 'status=1', 503])('validateFault refuses %j', (candidate) => {
  expect(() => validateFault(candidate)).toThrow('A fault is an object')
})

test('validateFault drops what is undefined', () => {
  expect(validateFault({ status: 500, body: undefined })).toStrictEqual({ status: 500 })
})
