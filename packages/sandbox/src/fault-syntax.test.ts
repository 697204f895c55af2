import { describe, expect, test } from 'vitest'
import { formatFault, parseFault } from './fault-syntax.ts'
import type { Fault } from './faults.ts'
import { FaultSyntaxError } from './validate-fault.ts'

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
  ])('reads %j', (source, fault) => {
    expect(parseFault(source)).toEqual(fault)
    expect(parseFault(formatFault(fault))).toEqual(fault)
  })

  test.each([
    ['stauts=503', '`stauts` is not a fault. The faults are: times, whenKeyIn, delay'],
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
])('formatFault and parseFault keep the error field %j', (value) => {
  const fault: Fault = { status: 403, errorFields: { value } }
  const text = formatFault(fault)
  expect(text).toMatch(/^[ -~]*$/)
  expect(parseFault(text)).toEqual(fault)
})

test('formatFault refuses a text with a semicolon', () => {
  expect(() => formatFault({ message: 'a; b' })).toThrow('`message` must not contain ";"')
})
