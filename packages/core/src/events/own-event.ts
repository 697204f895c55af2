import type { StreamEvent, UnknownEvent } from './stream-event.ts'

/**
 * A validator of zod, valibot, arktype or another library that follows Standard Schema.
 *
 * @see https://standardschema.dev
 */
export interface StandardSchema<Output = unknown> {
  /** What the standard defines. */
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined
  }
}

/** What a validator returns: a value, or the issues of a value that does not match. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] }

/** Where a value does not match. */
export interface SchemaIssue {
  /** Says what is wrong. It may show the value, so the SDK does not pass it on. */
  readonly message: string
  /** The keys that lead to the place. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/**
 * The types of your own events: a validator for each, or `true` for events that are not checked. A validator must
 * accept objects and work without a promise.
 */
export type EventTypes = Readonly<Record<string, StandardSchema<object> | true>>

/** No event types of your own. */
// oxlint-disable-next-line typescript/no-generated-empty-object-type -- there are none
export type NoEventTypes = Record<never, never>

/** The events of your own types. The fields are those that the validator returns. */
export type OwnEvent<Types extends EventTypes> = {
  [Type in keyof Types & string]: (Types[Type] extends StandardSchema<infer Output>
    ? OwnFields<Output>
    : { [field: string]: unknown }) & { type: Type; content: '' }
}[keyof Types & string]

/**
 * The fields of a validated value. The members of a union stay separate. If the value allows further fields, its named
 * fields keep their types. `Omit` would lose them.
 */
export type OwnFields<Output> = Output extends object
  ? { [Name in keyof Output as Exclude<Name, 'type' | 'content'>]: Output[Name] }
  : never

/** All events of a stream with event types of your own. */
export type EventOf<Types extends EventTypes> = StreamEvent | OwnEvent<Types>

/** Recognizes the events of a program's own types. */
export interface OwnEvents {
  /** Takes an event that this SDK does not know. Returns it as an event of the program's own type, or unchanged. */
  read(event: UnknownEvent): StreamEvent
}
