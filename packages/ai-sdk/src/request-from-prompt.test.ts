import type { LanguageModelV4Prompt } from '@ai-sdk/provider'
import { describe, expect, test } from 'vitest'
import { requestFromPrompt } from './request-from-prompt.ts'

const user = (text: string): LanguageModelV4Prompt[number] => ({
  role: 'user',
  content: [{ type: 'text', text }],
})
const system = { role: 'system', content: 'Be brief.' } as const

describe('the prompt', () => {
  test.for<[string, LanguageModelV4Prompt, string]>([
    ['a question', [user('Why?')], 'Why?'],
    ['a system prompt and a question', [system, user('Why?')], 'Be brief.\n\nWhy?'],
    [
      'several pieces of text',
      [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'a' },
            { type: 'text', text: 'b' },
          ],
        },
      ],
      'a\n\nb',
    ],
    [
      'a conversation',
      [
        user('Is NVDA cheap?'),
        {
          role: 'assistant',
          content: [
            { type: 'reasoning', text: 'Hm' },
            { type: 'text', text: 'No.' },
          ],
        },
        system,
        user('Why?'),
      ],
      'Be brief.\n\nUser: Is NVDA cheap?\n\nAssistant: No.\n\nUser: Why?',
    ],
    ['nothing', [], ''],
  ])('of %s', ([, prompt, text]) => {
    const warnings: never[] = []
    expect(requestFromPrompt({ prompt }, warnings)).toEqual({ prompt: text })
    expect(warnings).toEqual([])
  })

  test('leaves tools out, with one warning', () => {
    const warnings: never[] = []
    const call = { toolCallId: 'c', toolName: 'quote' }
    const prompt: LanguageModelV4Prompt = [
      user('Why?'),
      { role: 'assistant', content: [{ ...call, type: 'tool-call', input: {} }] },
      {
        role: 'tool',
        content: [{ ...call, type: 'tool-result', output: { type: 'text', value: '1' } }],
      },
    ]
    expect(requestFromPrompt({ prompt }, warnings)).toEqual({ prompt: 'Why?' })
    expect(warnings).toMatchObject([{ type: 'unsupported', feature: 'tool messages' }])
  })

  test('cannot have files', () => {
    const file = {
      type: 'file',
      mediaType: 'image/png',
      data: { type: 'data', data: 'AA==' },
    } as const
    expect(() => requestFromPrompt({ prompt: [{ role: 'user', content: [file] }] }, [])).toThrow(
      "'files' functionality not supported",
    )
  })
})

describe('the symbols', () => {
  test('come from the options of the provider', () => {
    const providerOptions = { vectrade: { symbols: ['NVDA'] } }
    expect(requestFromPrompt({ prompt: [user('Why?')], providerOptions }, [])).toEqual({
      prompt: 'Why?',
      symbols: ['NVDA'],
    })
  })

  test.for(['NVDA', [1]])('cannot be %o', (symbols) => {
    const providerOptions = { vectrade: { symbols } }
    expect(() => requestFromPrompt({ prompt: [user('Why?')], providerOptions }, [])).toThrow(
      'must be an array of strings',
    )
  })
})
