import type { TokenUsage } from './answer-event.ts'
import { membersOf } from './members-of.ts'

/** How the fields of `usage` are spelled. VecTrade's guide and OpenAPI file differ in this. */
export type UsageSpelling = 'snake' | 'camel'

/** All spellings of `usage`. */
export const usageSpellings: readonly UsageSpelling[] = membersOf<UsageSpelling>({
  snake: true,
  camel: true,
})

/** Returns `usage` in a spelling: `prompt_tokens` in `snake`, `promptTokens` in `camel`. */
export function spellUsage(
  usage: TokenUsage,
  spelling: UsageSpelling = 'snake',
): Record<string, number> {
  if (spelling === 'snake') return { ...usage }
  return {
    promptTokens: usage.prompt_tokens,
    completionTokens: usage.completion_tokens,
    totalTokens: usage.total_tokens,
  }
}
