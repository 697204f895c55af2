import type { Turn } from './turn.ts'

/** Returns facts about the answer in words: its time, tokens and speed. Unknown facts are left out. */
export function facts({ firstTextAfter, endedAfter, usage, isCut }: Turn): string[] {
  const found: string[] = []
  if (isCut) found.push('Cut off at the model’s limit')
  if (firstTextAfter !== undefined) found.push(`First token after ${seconds(firstTextAfter)}`)
  // A value from the server may be of any type.
  const { completion_tokens: tokens, prompt_tokens: asked } = usage ?? {}
  if (typeof tokens === 'number') {
    found.push(
      typeof asked === 'number' ? `${tokens} tokens (question: ${asked})` : `${tokens} tokens`,
    )
  }
  if (typeof tokens === 'number' && firstTextAfter !== undefined && endedAfter !== undefined) {
    const took = endedAfter - firstTextAfter
    // If the answer came at once, this would be the speed of the network.
    if (took >= 1000) found.push(`about ${Math.round((tokens * 1000) / took)} tokens/s`)
  }
  return found
}

function seconds(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}
