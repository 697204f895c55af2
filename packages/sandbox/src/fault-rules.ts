import type { Fault } from './faults.ts'
import { membersOf } from './members-of.ts'

/** The values that a field of a fault accepts. */
export type Rule = NumberRule | FlagRule | TextRule | ChoiceRule<string>

interface NumberRule {
  takes: 'number'
  min: number
  max: number
  whole: boolean
}

interface FlagRule {
  takes: 'flag'
}

interface TextRule {
  takes: 'text'
}

interface ChoiceRule<Value extends string> {
  takes: 'choice'
  of: readonly Value[]
}

/** The kind of rule that fits the type of a field. */
type RuleFor<Value> = [Value] extends [number]
  ? NumberRule
  : [Value] extends [boolean]
    ? FlagRule
    : string extends Value
      ? TextRule
      : ChoiceRule<Extract<Value, string>>

/**
 * A rule for each field. `headers` and `errorFields` have fields of their own and are checked
 * separately.
 */
export type RulesOf<Fields> = {
  readonly [Name in Exclude<keyof Fields, 'headers' | 'errorFields'>]-?: RuleFor<
    NonNullable<Fields[Name]>
  >
}

/** A kind of fault: that of analyses, or that of live data. `Fields` is its type. */
export interface FaultKind<Fields> {
  rules: RulesOf<Fields>
  /** Fields that have no effect on their own. Each needs at least one of the fields beside it. */
  needs: readonly [keyof Fields & string, readonly (keyof Fields & string)[]][]
}

/** The longest time of a fault, in ms. */
export const day = 86_400_000
const whole = (min: number, max: number): NumberRule => ({
  takes: 'number',
  min,
  max,
  whole: true,
})
export const number = (max: number): NumberRule => ({ takes: 'number', min: 0, max, whole: false })
export const flag: FlagRule = { takes: 'flag' }
export const text: TextRule = { takes: 'text' }
/** The number of events before something happens. */
export const position: NumberRule = whole(0, 1e9)

/** `Value` is the type of the field. A value that is missing or unknown does not compile. */
const choice = <Value extends string>(
  values: Readonly<Record<NoInfer<Value>, true>>,
): ChoiceRule<Value> => ({ takes: 'choice', of: membersOf<Value>(values) })

const rules: RulesOf<Fault> = {
  times: whole(1, 1e6),
  whenKeyIn: choice({ 'x-api-key': true, bearer: true }),
  delay: number(day),
  hang: flag,
  destroy: choice({ fin: true, rst: true }),
  status: whole(200, 599),
  body: choice({
    documented: true,
    flat: true,
    problem: true,
    gateway: true,
    html: true,
    text: true,
    empty: true,
    endless: true,
  }),
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
  errorShape: choice({ documented: true, flat: true, problem: true, gateway: true, message: true }),
  errorMark: choice({ event: true, type: true, both: true, none: true }),
  cutAfterEvents: position,
  cutAfterBytes: position,
  cut: choice({ fin: true, rst: true, clean: true }),
  stallAfterEvents: position,
  stallAfterBytes: position,
  stallFor: number(day),
  malformedAfterEvents: position,
  unknownAfterEvents: position,
  frame: choice({ empty: true, 'empty-id': true, ping: true, greeting: true }),
  frameAfterEvents: position,
  oversize: whole(64, 2 ** 32),
  events: whole(0, 1e9),
  usage: choice({ snake: true, camel: true }),
  noDoneEvent: flag,
  noDoneMarker: flag,
  linger: flag,
  chunkBytes: whole(1, 2 ** 30),
  lineEnding: choice({ lf: true, crlf: true, cr: true }),
  bom: flag,
  ids: flag,
  retry: whole(0, 1e15),
  heartbeat: number(day),
  tokensPerSecond: number(1e6),
  timeToFirstToken: number(day),
}

const needs: FaultKind<Fault>['needs'] = [
  ['cut', ['cutAfterEvents', 'cutAfterBytes']],
  ['stallFor', ['stallAfterEvents', 'stallAfterBytes']],
  ['errorShape', ['errorAfterEvents']],
  ['errorMark', ['errorAfterEvents']],
  ['frameAfterEvents', ['frame']],
  ['location', ['status']],
  ['errorFields', ['status', 'body', 'errorCode', 'errorAfterEvents']],
]

/** The faults of analyses. */
export const analysisFaults: FaultKind<Fault> = { rules, needs }
