import { expect, test } from 'vitest'
import { FaultSyntaxError } from '../validate-fault.ts'
import type { LiveFault } from './live-fault.ts'
import { formatLiveFault, parseLiveFault } from './live-fault-syntax.ts'

test.each<[string, LiveFault]>([
  ['', {}],
  ['cutAfterEvents=3; cut=clean; times=1', { cutAfterEvents: 3, cut: 'clean', times: 1 }],
  ['silentAfterEvents=0', { silentAfterEvents: 0 }],
  ['gapAfterEvents=2; gapReason=expired', { gapAfterEvents: 2, gapReason: 'expired' }],
  ['staleCursor; eventDelay=1.5', { staleCursor: true, eventDelay: 1.5 }],
  ['kickAfterEvents=9', { kickAfterEvents: 9 }],
  ['status=503; retryAfter=2', { status: 503, retryAfter: 2 }],
  [
    'errorCode=scope_denied; errorField.a=1; header.x-a=b',
    { errorCode: 'scope_denied', errorFields: { a: 1 }, headers: { 'x-a': 'b' } },
  ],
])('parseLiveFault reads %j', (source, fault) => {
  expect(parseLiveFault(source)).toEqual(fault)
  expect(parseLiveFault(formatLiveFault(fault))).toEqual(fault)
})

test.each([
  ['tokensPerSecond=5', '`tokensPerSecond` is not a fault. The faults are: times,'],
  ['stallAfterEvents=5', '`stallAfterEvents` is not a fault'],
  ['gapReason=x', '`gapReason` needs `gapAfterEvents`'],
  ['cut=rst', '`cut` needs `cutAfterEvents`'],
  ['silentAfterEvents=-1', '`silentAfterEvents` takes a whole number'],
])('parseLiveFault refuses %j', (source, message) => {
  expect(() => parseLiveFault(source)).toThrow(FaultSyntaxError)
  expect(() => parseLiveFault(source)).toThrow(message)
})
