import { analysisFaults, type FaultKind, type Rule } from './fault-rules.ts'
import type { Fault } from './faults.ts'

/** Thrown for a fault that is not valid. The message names the field and what it accepts. */
export class FaultSyntaxError extends TypeError {
  /** Identifies this kind of error. */
  override readonly name: string = 'FaultSyntaxError'
}

/** Matches the names that a header can have. */
export const headerName: RegExp = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/
// Matches names that `parseFault` can read: they have no space, `;` or `=`.
const errorFieldName = /^[!-:<>-~]+$/

/**
 * Checks the fault of an analysis and returns it without the fields that are `undefined`.
 *
 * @throws FaultSyntaxError that names the invalid field
 */
export function validateFault(candidate: unknown): Fault {
  return checkFault(candidate, analysisFaults)
}

/**
 * Checks a fault of any kind and returns it without the fields that are `undefined`.
 *
 * @throws FaultSyntaxError that names the invalid field
 */
export function checkFault<Fields>(candidate: unknown, kind: FaultKind<Fields>): Fields {
  if (typeof candidate !== 'object' || candidate === null || Array.isArray(candidate)) {
    throw new FaultSyntaxError('A fault is an object such as { status: 503 }')
  }
  const fault: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(candidate)) {
    if (value === undefined) continue
    if (name === 'headers') assertHeaders(value)
    else if (name === 'errorFields') assertErrorFields(value)
    else assertField(name, value, kind)
    fault[name] = value
  }
  for (const [how, where] of kind.needs) {
    if (how in fault && !where.some((name) => name in fault)) {
      throw new FaultSyntaxError(
        `\`${how}\` needs ${where.map((name) => `\`${name}\``).join(' or ')}`,
      )
    }
  }
  if ('errorCode' in fault) {
    assertShapeWithCode('body', fault['body'])
    assertShapeWithCode('errorShape', fault['errorShape'])
  }
  return fault as Fields
}

function assertShapeWithCode(name: string, shape: unknown): void {
  if (shape === undefined || shape === 'flat' || shape === 'gateway') return
  throw new FaultSyntaxError(`\`errorCode\` needs \`${name}\` to be flat or gateway, or left out`)
}

function assertField<Fields>(name: string, value: unknown, kind: FaultKind<Fields>): void {
  const rule = ruleFor(name, kind)
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

/**
 * Returns the rule of a field.
 *
 * @throws FaultSyntaxError if there is no such field. The message lists all fields.
 */
export function ruleFor<Fields>(name: string, kind: FaultKind<Fields>): Rule {
  const rules: Readonly<Record<string, Rule>> = kind.rules
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
  if (rule !== undefined) return rule
  const known = [...Object.keys(rules), 'header.<name>', 'errorField.<name>'].join(', ')
  throw new FaultSyntaxError(`\`${name}\` is not a fault. The faults are: ${known}`)
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
    const lines: unknown[] = Array.isArray(content) ? content : [content]
    const fits = lines.every((line) => typeof line === 'string' && isHeaderValue(line))
    if (!fits || lines.length === 0) {
      throw new FaultSyntaxError(`\`header.${name}\` takes printable text, or a list of it`)
    }
  }
}

function assertErrorFields(value: unknown): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new FaultSyntaxError('`errorFields` takes an object of field names and JSON values')
  }
  for (const [name, content] of Object.entries(value)) {
    if (!errorFieldName.test(name)) {
      throw new FaultSyntaxError(`"${name}" cannot be an error field's name`)
    }
    if (!isJson(content)) throw new FaultSyntaxError(`\`errorField.${name}\` takes a JSON value`)
  }
}

function isJson(value: unknown): boolean {
  try {
    return JSON.stringify(value) !== undefined
  } catch {
    return false
  }
}

// Text may be sent in a response header. A line break in it would start another header.
function isHeaderValue(value: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(value)
}
