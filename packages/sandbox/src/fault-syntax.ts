import { analysisFaults, type FaultKind, type Rule } from './fault-rules.ts'
import type { Fault } from './faults.ts'
import type { HeaderLines } from './header-lines.ts'
import { checkFault, FaultSyntaxError, ruleFor } from './validate-fault.ts'

const headerPrefix = 'header.'
const errorFieldPrefix = 'errorField.'

/**
 * Parses the text of an `X-Sandbox-Fault` header or a `--fault` option. The text has fields of
 * {@link Fault} as `name=value`, separated by `;`. A flag needs no value. Spaces around names and
 * values are ignored.
 *
 * `header.<name>=<value>` is a field of `headers`. If it is given twice, the header is sent in two
 * lines. `errorField.<name>=<value>` is a field of `errorFields`. Its value is parsed as JSON if it
 * is JSON, and is text otherwise. A value cannot contain a `;`. Inside a JSON string, write
 * `\u003b`.
 *
 * @throws FaultSyntaxError that names the invalid field
 * @example
 * ```ts
 * import { parseFault } from '@vectrade/sandbox'
 *
 * parseFault('status=503; retryAfter=2; times=1') // { status: 503, retryAfter: 2, times: 1 }
 * parseFault('bom; header.x-proxy=yes') // { bom: true, headers: { 'x-proxy': 'yes' } }
 * parseFault('errorCode=scope_denied; errorField.allowed_scopes=["quotes:read"]')
 * // { errorCode: 'scope_denied', errorFields: { allowed_scopes: ['quotes:read'] } }
 * ```
 */
export function parseFault(source: string): Fault {
  return readFault(source, analysisFaults)
}

/**
 * Parses the text of a fault of any kind.
 *
 * @throws FaultSyntaxError that names the invalid field
 */
export function readFault<Fields>(source: string, kind: FaultKind<Fields>): Fields {
  const fields: Record<string, unknown> = Object.create(null)
  const headers: Record<string, HeaderLines> = Object.create(null)
  const errorFields: Record<string, unknown> = Object.create(null)
  for (const field of source.split(';')) {
    if (field.trim() === '') continue
    const equals = field.indexOf('=')
    const name = (equals < 0 ? field : field.slice(0, equals)).trim()
    const value = equals < 0 ? undefined : field.slice(equals + 1).trim()
    if (name.startsWith(headerPrefix)) {
      const key = name.slice(headerPrefix.length)
      headers[key] = key in headers ? [headers[key] ?? [], value ?? ''].flat() : (value ?? '')
      continue
    }
    const isErrorField = name.startsWith(errorFieldPrefix)
    const target = isErrorField ? errorFields : fields
    const key = isErrorField ? name.slice(errorFieldPrefix.length) : name
    if (key in target) throw new FaultSyntaxError(`\`${name}\` is given twice`)
    target[key] = isErrorField ? jsonOrText(value ?? '') : fromText(ruleFor(name, kind), value)
  }
  if (Object.keys(headers).length > 0) fields['headers'] = headers
  if (Object.keys(errorFields).length > 0) fields['errorFields'] = errorFields
  return checkFault(fields, kind)
}

/**
 * Formats a fault as text for the `X-Sandbox-Fault` header. {@link parseFault} reads it.
 *
 * @throws FaultSyntaxError if the fault is not valid or a text in it contains a `;`
 * @example
 * ```ts
 * import { formatFault } from '@vectrade/sandbox'
 *
 * formatFault({ cutAfterEvents: 3, cut: 'rst' }) // 'cutAfterEvents=3; cut=rst'
 * ```
 */
export function formatFault(fault: Fault): string {
  return writeFault(fault, analysisFaults)
}

/**
 * Formats a fault of any kind as text. {@link readFault} reads it.
 *
 * @throws FaultSyntaxError if the fault is not valid or a text in it contains a `;`
 */
export function writeFault<Fields extends Pick<Fault, 'headers' | 'errorFields'>>(
  fault: Fields,
  kind: FaultKind<Fields>,
): string {
  const { headers = {}, errorFields = {}, ...fields } = checkFault(fault, kind)
  return [
    ...Object.entries(fields),
    ...Object.entries(headers).flatMap(([name, values]) =>
      [values].flat().map((value) => [headerPrefix + name, value]),
    ),
    ...Object.entries(errorFields).map(([name, value]) => [errorFieldPrefix + name, plain(value)]),
  ]
    .map(([name, value]) => {
      const item = `${name}=${String(value)}`
      if (item.includes(';')) throw new FaultSyntaxError(`\`${name}\` must not contain ";"`)
      return item
    })
    .join('; ')
}

function fromText(rule: Rule, value: string | undefined): unknown {
  if (value === undefined) return rule.takes === 'flag' ? true : ''
  if (rule.takes === 'number') return value === '' ? value : Number(value)
  if (rule.takes === 'flag' && value === 'true') return true
  if (rule.takes === 'flag' && value === 'false') return false
  return value
}

function jsonOrText(value: string): unknown {
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

/**
 * Formats a value in characters that every header accepts. {@link jsonOrText} reads the same value.
 */
function plain(value: unknown): string {
  const isPlain = typeof value === 'string' && /^(?:[!-:<-~](?:[ -:<-~]*[!-:<-~])?)?$/.test(value)
  if (isPlain && jsonOrText(value) === value) return value
  return JSON.stringify(value).replace(
    /[;\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
