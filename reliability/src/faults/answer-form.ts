/** The point in an answer at which its fault occurs. */
export const stages = [
  'before headers',
  'after headers',
  'first event',
  'mid event',
  'after done',
] as const
export type Stage = (typeof stages)[number]

/** The call of the client that asks for an answer. */
export type Mode = 'stream' | 'analyze' | 'resume'

/** What a call asks for. */
export interface AnswerForm {
  /** How often the answer's text is repeated. Default 1. */
  readonly times?: number | undefined
  /** Default: `stream`. */
  readonly mode?: Mode | undefined
}
