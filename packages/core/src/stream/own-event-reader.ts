import { clean } from '../errors/clean.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { StreamProtocolError } from '../errors/stream-protocol-error.ts'
import { VecTradeError } from '../errors/vectrade-error.ts'
import { isRecord } from '../events/json.ts'
import type { EventTypes, OwnEvents, SchemaIssue, StandardSchema } from '../events/own-event.ts'
import type { StreamEvent, UnknownEvent } from '../events/stream-event.ts'
import { markHandled } from '../lifetime/mark-handled.ts'

/** The types that have a meaning already. */
const standardTypes: Readonly<Record<StreamEvent['type'] | 'error' | 'message' | '', true>> = {
  text: true,
  citation: true,
  metadata: true,
  done: true,
  unknown: true,
  error: true,
  message: true,
  '': true,
}

/** Recognizes the events of a program's own types. */
export class OwnEventReader implements OwnEvents {
  readonly #schemas: ReadonlyMap<string, StandardSchema<object> | true>

  /** @throws ConfigurationError if a type is one of the standard ones, or has no validator */
  constructor(events: EventTypes) {
    for (const [type, schema] of Object.entries(events)) checkType(type, schema)
    this.#schemas = new Map(Object.entries(events))
  }

  /** Whether this is a type of the program. */
  has(type: string): boolean {
    return this.#schemas.has(type)
  }

  /**
   * Takes an event that this SDK does not know. If its type is one of the program's own, returns it as an event of that
   * type. Otherwise, returns it unchanged.
   *
   * @throws StreamProtocolError if the event does not match its validator, or if the validator throws. It names the
   *   type, and the path if there is one.
   */
  read(event: UnknownEvent): StreamEvent {
    const { wireType, data } = event
    if (!this.has(wireType) || !isRecord(data)) return event
    return this.check(wireType, data)
  }

  /** Returns the event of one of the program's own types. @throws StreamProtocolError as {@link read} does */
  check(type: string, wire: object): StreamEvent {
    const schema = this.#schemas.get(type)
    try {
      const fields = schema === undefined || schema === true ? wire : validated(type, schema, wire)
      return Object.assign({ type }, fields, { type, content: '' }) as unknown as StreamEvent
    } catch (error) {
      if (VecTradeError.isInstance(error)) throw error
      // For example, `JSON.parse` in a validator throws. Its message may show the value, so it is only the cause.
      const message = `An event of the type "${type}" could not be checked`
      throw new StreamProtocolError(message, { cause: error })
    }
  }
}

function checkType(type: string, schema: unknown): void {
  const name = clean(type)
  if (Object.hasOwn(standardTypes, type) || name !== type) {
    throw new ConfigurationError(`\`events\` cannot have the type "${name}"`)
  }
  const validate = (schema as StandardSchema | null)?.['~standard']?.validate
  if (schema !== true && typeof validate !== 'function') {
    throw new ConfigurationError(
      `\`events.${name}\` must be true, or a validator that follows Standard Schema, such as one of zod`,
    )
  }
}

function validated(type: string, schema: StandardSchema<object>, wire: object): object {
  const result = schema['~standard'].validate(wire)
  if (result instanceof Promise) {
    // zod also returns a promise if a check throws, and the promise rejects.
    void markHandled(result)
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
