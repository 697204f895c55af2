import type { LanguageModelV4CallOptions, SharedV4Warning } from '@ai-sdk/provider'

/** The settings that VecTrade has no field for, so that they change nothing. */
const settings = [
  'maxOutputTokens',
  'temperature',
  'stopSequences',
  'topP',
  'topK',
  'presencePenalty',
  'frequencyPenalty',
  'seed',
] as const satisfies (keyof LanguageModelV4CallOptions)[]

/** Returns a warning for each setting of a call that VecTrade does not have. */
export function unsupportedSettings(options: LanguageModelV4CallOptions): SharedV4Warning[] {
  const { responseFormat, tools = [], toolChoice, reasoning = 'provider-default' } = options
  const features: string[] = settings.filter((name) => options[name] !== undefined)
  if (responseFormat?.type === 'json') features.push('responseFormat')
  if (tools.length > 0) features.push('tools')
  if (toolChoice !== undefined && toolChoice.type !== 'auto') features.push('toolChoice')
  if (reasoning !== 'provider-default') features.push('reasoning')
  return features.map((feature) => ({
    type: 'unsupported',
    feature,
    details: 'VecTrade has no such setting',
  }))
}
