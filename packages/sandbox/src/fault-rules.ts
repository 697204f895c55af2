import { errorShapes } from './error-body.ts'
import type { Fault } from './faults.ts'
import { frames } from './frame.ts'
import { usageSpellings } from './usage-spelling.ts'

/** What the value of one field of a fault has to be. */
export type Rule =
  | { takes: 'number'; min: number; max: number; whole: boolean }
  | { takes: 'flag' }
  | { takes: 'text' }
  | { takes: 'choice'; of: readonly string[] }

const DAY = 86_400_000
const whole = (min: number, max: number): Rule => ({ takes: 'number', min, max, whole: true })
const number = (max: number): Rule => ({ takes: 'number', min: 0, max, whole: false })
const choice = (...of: string[]): Rule => ({ takes: 'choice', of })
const flag: Rule = { takes: 'flag' }
const text: Rule = { takes: 'text' }
const position: Rule = whole(0, 1e9)

/** What each field takes; the two that hold fields of their own are checked by themselves. */
export const rules: Readonly<Record<Exclude<keyof Fault, 'headers' | 'errorFields'>, Rule>> = {
  times: whole(1, 1e6),
  whenKeyIn: choice('x-api-key', 'bearer'),
  delay: number(DAY),
  hang: flag,
  destroy: choice('fin', 'rst'),
  status: whole(200, 599),
  body: choice(...errorShapes, 'html', 'text', 'empty', 'endless'),
  errorType: text,
  errorCode: text,
  message: text,
  retryAfter: number(1e9),
  retryAfterDate: number(1e9),
  retryAfterMs: number(1e12),
  bodyRetryAfter: number(1e9),
  shouldRetry: flag,
  location: text,
  contentType: text,
  errorAfterEvents: position,
  errorShape: choice(...errorShapes, 'message'),
  errorMark: choice('event', 'type', 'both', 'none'),
  cutAfterEvents: position,
  cutAfterBytes: position,
  cut: choice('fin', 'rst', 'clean'),
  stallAfterEvents: position,
  stallAfterBytes: position,
  stallFor: number(DAY),
  malformedAfterEvents: position,
  unknownAfterEvents: position,
  frame: choice(...frames),
  frameAfterEvents: position,
  oversize: whole(64, 2 ** 32),
  events: whole(0, 1e9),
  usage: choice(...usageSpellings),
  noDoneEvent: flag,
  noDoneMarker: flag,
  linger: flag,
  chunkBytes: whole(1, 2 ** 30),
  lineEnding: choice('lf', 'crlf', 'cr'),
  bom: flag,
  ids: flag,
  retry: whole(0, 1e15),
  heartbeat: number(DAY),
  tokensPerSecond: number(1e6),
  timeToFirstToken: number(DAY),
}

/** Fields that do nothing on their own, each with those that it can go with. */
export const needs: readonly [keyof Fault, readonly (keyof Fault)[]][] = [
  ['cut', ['cutAfterEvents', 'cutAfterBytes']],
  ['stallFor', ['stallAfterEvents', 'stallAfterBytes']],
  ['errorShape', ['errorAfterEvents']],
  ['errorMark', ['errorAfterEvents']],
  ['frameAfterEvents', ['frame']],
  ['location', ['status']],
  ['errorFields', ['status', 'body', 'errorCode', 'errorAfterEvents']],
]
