import type { SchemaIssue, SchemaResult, StandardSchema } from '@vectrade/core'
import { isObject } from './model-part.ts'

/** What a model passes to the tool. */
export interface AnalysisToolInput {
  /** The question. */
  prompt: string
  /** Ticker symbols, such as `['NVDA']`. */
  symbols?: string[] | undefined
}

/** Makes a JSON Schema for a version of the specification. */
export type JSONSchemaOf = (options: { readonly target: string }) => Record<string, unknown>

/** A validator with a JSON Schema, as Standard Schema and Standard JSON Schema define it. */
export interface ToolInputSchema<Input = AnalysisToolInput> {
  /** What the standards define. */
  readonly '~standard': StandardSchema<Input>['~standard'] & {
    readonly jsonSchema: { readonly input: JSONSchemaOf; readonly output: JSONSchemaOf }
  }
}

/** The input of the tool. Models get the descriptions. */
export const toolInputSchema: ToolInputSchema = {
  '~standard': {
    version: 1,
    vendor: 'vectrade',
    validate,
    jsonSchema: { input: jsonSchema, output: jsonSchema },
  },
}

/** Returns a new object, because the AI SDK may add to it. Every `target` has these keywords. */
function jsonSchema(): Record<string, unknown> {
  return {
    type: 'object',
    properties: {
      prompt: {
        type: 'string',
        minLength: 1,
        description: 'The question, complete in itself: the analyst sees no other message',
      },
      symbols: {
        type: 'array',
        items: { type: 'string' },
        description: 'The ticker symbols that the question is about, such as NVDA',
      },
    },
    required: ['prompt'],
    additionalProperties: false,
  }
}

function validate(value: unknown): SchemaResult<AnalysisToolInput> {
  const { prompt, symbols } = isObject(value) ? value : {}
  if (typeof prompt !== 'string' || prompt.trim() === '') {
    return wrong('prompt', 'It must be a text that is not empty')
  }
  // Some models send null for what they leave out.
  if (symbols === undefined || symbols === null) return { value: { prompt } }
  if (Array.isArray(symbols) && symbols.every((symbol) => typeof symbol === 'string')) {
    return { value: { prompt, symbols } }
  }
  return wrong('symbols', "It must be an array of strings such as ['NVDA']")
}

function wrong(field: string, message: string): { issues: SchemaIssue[] } {
  return { issues: [{ message, path: [field] }] }
}
