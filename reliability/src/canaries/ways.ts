import { format, inspect } from 'node:util'

/** A way in which programs and libraries print a value. */
export type Way = (value: unknown) => string

/** The ways that must show no marks. */
export const ways: Readonly<Record<string, Way>> = {
  String: String,
  message: (value) => inspect((value as Error).message),
  stack: (value) => String((value as Error).stack),
  inspect: (value) => inspect(value),
  'inspect, deep': (value) => inspect({ nested: [value] }, { depth: Infinity, getters: true }),
  'inspect, plain': (value) => inspect(value, { customInspect: false, depth: Infinity }),
  format: (value) => format('%s %j %O', value, value, value),
  JSON: (value) => JSON.stringify({ value }),
  'JSON of a copy': (value) => JSON.stringify({ ...(value as object) }),
  'JSON of entries': (value) => JSON.stringify(Object.entries(value as object)),
  toJSON: (value) => inspect((value as { toJSON?(): unknown }).toJSON?.(), { depth: Infinity }),
  'for in': (value) => {
    let text = ''
    for (const name in value as object)
      text += `${name}: ${inspect(Reflect.get(Object(value), name))}\n`
    return text
  },
  structuredClone: (value) => inspect(cloned(value), { depth: Infinity, showHidden: true }),
  causes: (value) => {
    let text = ''
    for (let at = value, depth = 0; at instanceof Error && depth < 9; at = at.cause, depth += 1) {
      text += `${at.name}: ${at.message}\n${at.stack}\n${inspect(Object.entries(at))}`
    }
    return text
  },
  'as a cause': (value) => inspect(new Error('Outer', { cause: value }), { depth: Infinity }),
  'in an AggregateError': (value) => inspect(new AggregateError([value]), { depth: Infinity }),
}

/** The ways that ask for hidden properties: an error's `details`, `partial` and `headers`. */
export const hiddenWays: Readonly<Record<string, Way>> = {
  'inspect, hidden': (value) => inspect(value, { showHidden: true, depth: Infinity }),
  'format, hidden': (value) => format('%o', value),
}

/** Prints to the real console. The parent checks the output. */
export function printToConsole(value: unknown): void {
  console.error(value)
  console.error('Failed:', value, { value })
  console.error('%s %O', value, value)
  console.trace(value)
  console.table([value])
  console.dir(value)
  console.warn(String(value), JSON.stringify(value))
}

/** Clones a value if possible. A value with a function, for example, cannot be cloned. */
function cloned(value: unknown): unknown {
  try {
    return structuredClone(value)
  } catch {
    return undefined
  }
}
