import { describe, expect, test } from 'vitest'
import { FaultSyntaxError, formatFault, parseFault, validateFault } from './fault-syntax.ts'
import type { Fault } from './faults.ts'

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
    ['header.X-Proxy=a=b', { headers: { 'X-Proxy': 'a=b' } }],
    ['stallAfterEvents=0; stallFor=1.5', { stallAfterEvents: 0, stallFor: 1.5 }],
  ])('%s', (source, fault) => {
    expect(parseFault(source)).toEqual(fault)
    expect(parseFault(formatFault(fault))).toEqual(fault)
  })

  test.each([
    ['stauts=503', '`stauts` is not a fault. There are: times, delay'],
    ['__proto__=1', '`__proto__` is not a fault'],
    ['status=teapot', '`status` takes a whole number from 200 to 599'],
    ['status=99', '`status` takes a whole number from 200 to 599'],
    ['status=', '`status` takes a whole number'],
    ['status', '`status` takes a whole number'],
    ['times=1.5', '`times` takes a whole number'],
    ['delay=-1', '`delay` takes a number from 0'],
    ['hang=maybe', '`hang` takes true or false'],
    ['body=pdf', '`body` takes one of documented, flat, problem, html'],
    ['cutAfterEvents=1; cut=soft', '`cut` takes one of fin, rst, clean'],
    ['cut=rst', '`cut` needs `cutAfterEvents` or `cutAfterBytes`'],
    ['stallFor=1', '`stallFor` needs `stallAfterEvents` or `stallAfterBytes`'],
    ['location=none', '`location` needs `status`'],
    ['bom; bom', '`bom` is given twice'],
    ['message=a\nb', '`message` takes printable text'],
    ['header.a b=c', '"a b" is not a header\'s name'],
    ['header.=c', '"" is not a header\'s name'],
  ])('refuses %j', (source, message) => {
    expect(() => parseFault(source)).toThrow(FaultSyntaxError)
    expect(() => parseFault(source)).toThrow(message)
  })
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
