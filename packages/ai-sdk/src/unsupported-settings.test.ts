import { expect, test } from 'vitest'
import { unsupportedSettings } from './unsupported-settings.ts'

test('there is a warning for each setting that changes nothing', () => {
  const warnings = unsupportedSettings({
    prompt: [],
    temperature: 0,
    maxOutputTokens: 10,
    stopSequences: [],
    topP: 1,
    topK: 1,
    presencePenalty: 0,
    frequencyPenalty: 0,
    seed: 1,
    responseFormat: { type: 'json' },
    tools: [{ type: 'function', name: 'quote', inputSchema: {} }],
    toolChoice: { type: 'required' },
    reasoning: 'low',
  })
  expect(warnings.map((warning) => 'feature' in warning && warning.feature)).toEqual([
    'maxOutputTokens',
    'temperature',
    'stopSequences',
    'topP',
    'topK',
    'presencePenalty',
    'frequencyPenalty',
    'seed',
    'responseFormat',
    'tools',
    'toolChoice',
    'reasoning',
  ])
})

test('there is none for the settings of a usual call', () => {
  const warnings = unsupportedSettings({
    prompt: [],
    responseFormat: { type: 'text' },
    tools: [],
    toolChoice: { type: 'auto' },
    reasoning: 'provider-default',
    headers: { 'x-trace': '1' },
  })
  expect(warnings).toEqual([])
})
