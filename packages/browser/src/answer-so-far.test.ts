import { expect, test } from 'vitest'
import { AnswerSoFar } from './answer-so-far.ts'

const citation = { source: 'SEC', url: 'https://sec.example/10-q' }

test('adds up to the whole answer', () => {
  const answer = new AnswerSoFar()
  answer.add({ type: 'metadata', content: '', model: 'first', a: 1 })
  answer.add({ type: 'text', content: 'Bull' })
  answer.add({ type: 'citation', content: '', ...citation })
  expect(answer.parts).toMatchObject({ text: 'Bull', citations: [citation] })
  answer.add({ type: 'text', content: ' case' })
  answer.add({ type: 'metadata', content: '', model: 'second', b: 2 })
  answer.add({ type: 'price', content: '' })
  answer.add({ type: 'unknown', content: '', wireType: 'x', data: {} })
  answer.add({ type: 'done', content: '', usage: { total_tokens: 7 } })
  expect(answer.parts).toEqual({
    text: 'Bull case',
    citations: [citation],
    metadata: { model: 'second', a: 1, b: 2 },
    usage: { total_tokens: 7 },
  })
  expect(answer.isStopped).toBe(false)
})

test('its parts do not change, and are the same objects if nothing was added to them', () => {
  const answer = new AnswerSoFar()
  answer.add({ type: 'citation', content: '', ...citation })
  const first = answer.parts
  answer.add({ type: 'text', content: 'Bull' })
  const second = answer.parts
  expect(first.text).toBe('')
  expect(second.citations).toBe(first.citations)
  expect(second.metadata).toBe(first.metadata)
  answer.add({ type: 'citation', content: '', ...citation })
  expect(answer.parts.citations).toHaveLength(2)
  expect(first.citations).toHaveLength(1)
  expect(Object.isFrozen(first.citations) && Object.isFrozen(first.metadata)).toBe(true)
})

test('knows that another reader has stopped it', () => {
  const answer = new AnswerSoFar()
  answer.add({ type: 'done', content: '', finish_reason: 'stopped' } as never)
  expect(answer.isStopped).toBe(true)
})

test('keeps a metadata field with the name __proto__ as a field', () => {
  const answer = new AnswerSoFar()
  const fields = JSON.parse('{"type":"metadata","content":"","__proto__":{"polluted":true}}')
  answer.add(fields)
  expect(Object.keys(answer.parts.metadata)).toEqual(['__proto__'])
  expect(answer.parts.metadata['polluted']).toBeUndefined()
})
