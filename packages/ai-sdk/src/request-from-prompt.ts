import {
  InvalidArgumentError,
  type LanguageModelV4CallOptions,
  type LanguageModelV4Message,
  type SharedV4Warning,
  UnsupportedFunctionalityError,
} from '@ai-sdk/provider'
import type { AnalysisRequest } from '@vectrade/core'

type Role = LanguageModelV4Message['role']

/** The text of one message. */
interface Turn {
  role: Role
  text: string
}

/**
 * Makes one prompt for VecTrade from the messages of a conversation.
 *
 * The texts are joined with empty lines between them. System messages come first, without a label. A single question
 * has no label either. In a conversation, each other message begins with `User:` or `Assistant:`. Reasoning is left
 * out. Tools are left out with a warning.
 *
 * @param warnings gets a warning for what is left out
 * @throws UnsupportedFunctionalityError if a message has a file, because an answer without it would be wrong
 * @throws InvalidArgumentError if the symbols are no list of strings
 */
export function requestFromPrompt(
  { prompt, providerOptions }: Pick<LanguageModelV4CallOptions, 'prompt' | 'providerOptions'>,
  warnings: SharedV4Warning[],
): AnalysisRequest {
  const turns = prompt.map(toTurn).filter(({ text }) => text !== '')
  const system = turns.filter(({ role }) => role === 'system')
  const conversation = turns.filter(({ role }) => role !== 'system')
  const isLabelled = conversation.length > 1
  const texts = [
    ...system.map(({ text }) => text),
    ...conversation.map(({ role, text }) =>
      isLabelled ? `${role === 'user' ? 'User' : 'Assistant'}: ${text}` : text,
    ),
  ]
  if (prompt.some(hasTools)) {
    warnings.push({
      type: 'unsupported',
      feature: 'tool messages',
      details: 'VecTrade gets only the texts of a conversation',
    })
  }
  const symbols = symbolsOf(providerOptions?.['vectrade']?.['symbols'])
  return { prompt: texts.join('\n\n'), ...(symbols !== undefined && { symbols }) }
}

function toTurn({ role, content }: LanguageModelV4Message): Turn {
  if (typeof content === 'string') return { role, text: content }
  const texts = []
  for (const part of content) {
    if (part.type === 'file') throw new UnsupportedFunctionalityError({ functionality: 'files' })
    if (part.type === 'text') texts.push(part.text)
  }
  return { role, text: texts.join('\n\n') }
}

function hasTools({ role, content }: LanguageModelV4Message): boolean {
  return (
    role === 'tool' ||
    (role === 'assistant' && content.some(({ type }) => type.startsWith('tool-')))
  )
}

function symbolsOf(symbols: unknown): string[] | undefined {
  if (symbols === undefined) return undefined
  if (Array.isArray(symbols) && symbols.every((symbol) => typeof symbol === 'string')) {
    return symbols
  }
  throw new InvalidArgumentError({
    argument: 'providerOptions.vectrade.symbols',
    message: "`providerOptions.vectrade.symbols` must be an array of strings such as ['NVDA']",
  })
}
