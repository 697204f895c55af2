import type { SchemaResult, StandardSchema } from '@vectrade/core'

/** The fields of a `reasoning` event: a piece of what the model thinks before it answers. */
export interface ReasoningFields {
  /** The text of this piece. */
  text: string
}

/** The fields of a `tool_call` event: the model calls a tool. */
export interface ToolCallFields {
  /** Tells the call apart. Its result has the same id. */
  id: string
  /** The name of the tool. */
  name: string
  /** What the tool gets. */
  input?: unknown
}

/** The fields of a `tool_result` event: a tool has answered. */
export interface ToolResultFields {
  /** The id of the call. */
  id: string
  /** The name of the tool. */
  name: string
  /** What the tool has returned. Missing if it failed, because an error can contain anything. */
  output?: unknown
  /** Whether the tool failed. */
  failed?: boolean
}

/** The types of {@link modelEvents}. */
export type ModelEvents = {
  /** A piece of what the model thinks. */
  readonly reasoning: StandardSchema<ReasoningFields>
  /** The model calls a tool. */
  readonly tool_call: StandardSchema<ToolCallFields>
  /** A tool has answered. */
  readonly tool_result: StandardSchema<ToolResultFields>
}

/**
 * The event types for what a model does besides writing: `reasoning`, `tool_call` and `tool_result`.
 *
 * Pass it, or some of its types, as the option `events` of `fromModel`, of `createHandler` and of the client. Without
 * it, pages get none of these events.
 *
 * @example
 * ```ts
 * import { modelEvents } from '@vectrade/ai-sdk'
 * import { VecTrade } from '@vectrade/core'
 *
 * const client = new VecTrade({ endpoint: 'https://example.com/api/analyze', events: modelEvents })
 * ```
 */
export const modelEvents: ModelEvents = {
  reasoning: /* @__PURE__ */ fieldsOf<ReasoningFields>('text'),
  tool_call: /* @__PURE__ */ fieldsOf<ToolCallFields>('id', 'name'),
  tool_result: /* @__PURE__ */ fieldsOf<ToolResultFields>('id', 'name'),
}

/** Makes a validator of events with fields that must be strings. */
function fieldsOf<Fields extends object>(
  ...names: (string & keyof Fields)[]
): StandardSchema<Fields> {
  const validate = (value: unknown): SchemaResult<Fields> => {
    const fields = value as Fields
    const wrong = names.find((name) => typeof fields[name] !== 'string')
    if (wrong === undefined) return { value: fields }
    return { issues: [{ message: 'It must be a string', path: [wrong] }] }
  }
  return { '~standard': { version: 1, vendor: 'vectrade', validate } }
}
