/** Returns what was asked, in the form of the conventions. A string, because not all SDKs take structured attributes. */
export function inputMessages(prompt: string, symbols: readonly string[] | undefined): string {
  const parts: object[] = [{ type: 'text', content: prompt }]
  if (symbols !== undefined) parts.push({ type: 'symbols', symbols })
  return JSON.stringify([{ role: 'user', parts }])
}

/** Returns the answer, in the form of the conventions. */
export function outputMessages(text: string): string {
  return JSON.stringify([{ role: 'assistant', parts: [{ type: 'text', content: text }] }])
}
