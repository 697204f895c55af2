import { clean } from '../errors/clean.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { StreamProtocolError } from '../errors/stream-protocol-error.ts'
import { isRecord } from './json.ts'
import type { EventTypes, SchemaIssue, StandardSchema } from './own-event.ts'
import type { StreamEvent, UnknownEvent } from './stream-event.ts'

/** The names that have a meaning already. */
const reserved: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'text',
  'citation',
  'metadata',
  'done',
  'unknown',
  'error',
  'message',
])

/** Recognises the events of a program's own types. */
export class OwnEventReader {
  readonly #schemas: ReadonlyMap<string, StandardSchema<object> | true>

  /** @throws ConfigurationError if a type is one of the standard ones, or has no validator */
  constructor(events: EventTypes) {
    for (const [name, schema] of Object.entries(events)) check(name, schema)
    this.#schemas = new Map(Object.entries(events))
  }

  /** Whether this is a type of the program. */
  has(type: string): boolean {
    return this.#schemas.has(type)
  }

  /**
   * Returns an event that this SDK does not know as one of the program's own, or as it is.
   *
   * @throws StreamProtocolError that names the path if the event does not match its validator
   */
  read(event: UnknownEvent): StreamEvent {
    const { wireType, data } = event
    if (!this.has(wireType) || !isRecord(data)) return event
    return this.check(wireType, data)
  }

  /** Returns the event of one of the program's own types. @throws StreamProtocolError as {@link read} does */
  check(type: string, wire: object): StreamEvent {
    const schema = this.#schemas.get(type)
    const fields = schema === undefined || schema === true ? wire : validated(type, schema, wire)
    return Object.assign({ type }, fields, { type, content: '' }) as unknown as StreamEvent
  }
}

function check(name: string, schema: unknown): void {
  if (reserved.has(name) || name === '' || /[\r\n\0]/.test(name)) {
    throw new ConfigurationError(`\`events\` cannot have the type ${JSON.stringify(clean(name))}`)
  }
  const standard =
    isRecord(schema) || typeof schema === 'function'
      ? (schema as unknown as StandardSchema)['~standard']
      : undefined
  if (schema !== true && typeof standard?.validate !== 'function') {
    throw new ConfigurationError(
      `\`events.${clean(name)}\` must be true, or a validator that follows Standard Schema, such as one of zod`,
    )
  }
}

function validated(type: string, schema: StandardSchema<object>, wire: object): object {
  const result = schema['~standard'].validate(wire)
  if (result instanceof Promise) {
    throw new ConfigurationError(`The validator of \`events.${type}\` must work without a promise`)
  }
  if (result.issues !== undefined) {
    const path = pathOf(result.issues[0])
    throw new StreamProtocolError(
      `An event of the type "${type}" does not match its validator${path && ` at ${path}`}`,
    )
  }
  if (!isRecord(result.value)) {
    throw new ConfigurationError(`The validator of \`events.${type}\` must return an object`)
  }
  return result.value
}

/** Returns the place of an issue, such as `points.0.y`. The issue's message may show the value, so it is left out. */
function pathOf(issue: SchemaIssue | undefined): string {
  const keys = issue?.path?.map((part) => (typeof part === 'object' ? part.key : part)) ?? []
  return clean(keys.map(String).join('.'), undefined, 100)
}
