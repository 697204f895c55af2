import type { Fault } from './faults.ts'

/** Thrown where a fault cannot be understood; the message names the field and what it takes. */
export class FaultSyntaxError extends TypeError {
  /** Tells it from other errors. */
  override readonly name: string = 'FaultSyntaxError'
}

type Rule =
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

const rules: Record<Exclude<keyof Fault, 'headers'>, Rule> = {
  times: whole(1, 1e6),
  delay: number(DAY),
  hang: flag,
  destroy: choice('fin', 'rst'),
  status: whole(200, 599),
  body: choice('documented', 'flat', 'problem', 'html', 'text', 'empty', 'endless'),
  errorType: text,
  message: text,
  retryAfter: number(1e9),
  retryAfterDate: number(1e9),
  retryAfterMs: number(1e12),
  bodyRetryAfter: number(1e9),
  shouldRetry: flag,
  location: text,
  contentType: text,
  errorAfterEvents: position,
  errorShape: choice('documented', 'flat', 'problem', 'message'),
  errorMark: choice('event', 'type', 'both'),
  cutAfterEvents: position,
  cutAfterBytes: position,
  cut: choice('fin', 'rst', 'clean'),
  stallAfterEvents: position,
  stallAfterBytes: position,
  stallFor: number(DAY),
  malformedAfterEvents: position,
  unknownAfterEvents: position,
  oversize: whole(64, 2 ** 32),
  events: whole(0, 1e9),
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

/** A field that says how, and those that say where: on its own the first would do nothing. */
const needs: readonly [keyof Fault, readonly (keyof Fault)[]][] = [
  ['cut', ['cutAfterEvents', 'cutAfterBytes']],
  ['stallFor', ['stallAfterEvents', 'stallAfterBytes']],
  ['errorShape', ['errorAfterEvents']],
  ['errorMark', ['errorAfterEvents']],
  ['location', ['status']],
]

const headerName = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/

/**
 * Reads a fault as `X-Sandbox-Fault` and `--fault` take it: fields of {@link Fault} as
 * `name=value`, separated by `;`. A flag needs no value, and `header.<name>=<value>` is one of
 * `headers`. Spaces around names and values do not count; a value cannot hold a `;`.
 *
 * @throws FaultSyntaxError that names the field in question.
 * @example
 * ```ts
 * import { parseFault } from '@vectrade/sandbox'
 *
 * parseFault('status=503; retryAfter=2; times=1') // { status: 503, retryAfter: 2, times: 1 }
 * parseFault('bom; header.x-proxy=yes') // { bom: true, headers: { 'x-proxy': 'yes' } }
 * ```
 */
export function parseFault(source: string): Fault {
  const fields: Record<string, unknown> = Object.create(null)
  const headers: Record<string, string> = Object.create(null)
  for (const field of source.split(';')) {
    if (field.trim() === '') continue
    const equals = field.indexOf('=')
    const name = (equals < 0 ? field : field.slice(0, equals)).trim()
    const value = equals < 0 ? undefined : field.slice(equals + 1).trim()
    if (name in fields) throw new FaultSyntaxError(`\`${name}\` is given twice`)
    if (name.startsWith('header.')) headers[name.slice('header.'.length)] = value ?? ''
    else fields[name] = fromText(name, value)
  }
  if (Object.keys(headers).length > 0) fields['headers'] = headers
  return validateFault(fields)
}

/**
 * Writes a fault the way {@link parseFault} reads it, for the `X-Sandbox-Fault` header.
 *
 * @throws FaultSyntaxError on a fault that is not valid, or a text that holds a `;`.
 * @example
 * ```ts
 * import { formatFault } from '@vectrade/sandbox'
 *
 * formatFault({ cutAfterEvents: 3, cut: 'rst' }) // 'cutAfterEvents=3; cut=rst'
 * ```
 */
export function formatFault(fault: Fault): string {
  const { headers, ...fields } = validateFault(fault)
  const named = Object.entries(headers ?? {}).map(([name, value]) => [`header.${name}`, value])
  return [...Object.entries(fields), ...named]
    .map(([name, value]) => {
      const item = `${name}=${value}`
      if (item.includes(';')) throw new FaultSyntaxError(`\`${name}\` must not contain ";"`)
      return item
    })
    .join('; ')
}

/**
 * Checks what claims to be a {@link Fault} and gives it back without the fields that are undefined.
 *
 * @throws FaultSyntaxError that names the field in question.
 */
export function validateFault(candidate: unknown): Fault {
  if (typeof candidate !== 'object' || candidate === null || Array.isArray(candidate)) {
    throw new FaultSyntaxError('A fault is an object such as { status: 503 }')
  }
  const fault: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(candidate)) {
    if (value === undefined) continue
    if (name === 'headers') assertHeaders(value)
    else assertField(name, value)
    fault[name] = value
  }
  for (const [how, where] of needs) {
    if (how in fault && !where.some((name) => name in fault)) {
      throw new FaultSyntaxError(
        `\`${how}\` needs ${where.map((name) => `\`${name}\``).join(' or ')}`,
      )
    }
  }
  return fault
}

function fromText(name: string, value: string | undefined): unknown {
  const rule = ruleFor(name)
  if (value === undefined) return rule.takes === 'flag' ? true : ''
  if (rule.takes === 'number') return value === '' ? value : Number(value)
  if (rule.takes === 'flag' && value === 'true') return true
  if (rule.takes === 'flag' && value === 'false') return false
  return value
}

function assertField(name: string, value: unknown): void {
  const rule = ruleFor(name)
  const fits =
    rule.takes === 'number'
      ? typeof value === 'number' &&
        value >= rule.min &&
        value <= rule.max &&
        (!rule.whole || Number.isInteger(value))
      : rule.takes === 'flag'
        ? typeof value === 'boolean'
        : typeof value === 'string' &&
          (rule.takes === 'choice' ? rule.of.includes(value) : isHeaderValue(value))
  if (!fits) throw new FaultSyntaxError(`\`${name}\` takes ${expectation(rule)}`)
}

function ruleFor(name: string): Rule {
  if (Object.hasOwn(rules, name)) return rules[name as keyof typeof rules]
  const known = [...Object.keys(rules), 'header.<name>'].join(', ')
  throw new FaultSyntaxError(`\`${name}\` is not a fault. There are: ${known}`)
}

function expectation(rule: Rule): string {
  if (rule.takes === 'number') {
    return `a ${rule.whole ? 'whole ' : ''}number from ${rule.min} to ${rule.max}`
  }
  if (rule.takes === 'flag') return 'true or false'
  return rule.takes === 'choice' ? `one of ${rule.of.join(', ')}` : 'printable text'
}

function assertHeaders(value: unknown): void {
  if (typeof value !== 'object' || value === null) {
    throw new FaultSyntaxError('`headers` takes an object of header names and values')
  }
  for (const [name, content] of Object.entries(value)) {
    if (!headerName.test(name)) throw new FaultSyntaxError(`"${name}" is not a header's name`)
    if (typeof content !== 'string' || !isHeaderValue(content)) {
      throw new FaultSyntaxError(`\`header.${name}\` takes printable text`)
    }
  }
}

// Text ends up in response headers: a line break in it would start a header of its own.
function isHeaderValue(value: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(value)
}
