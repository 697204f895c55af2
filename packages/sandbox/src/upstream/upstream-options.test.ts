import { expect, test } from 'vitest'
import { createSandboxHandler } from '../handler.ts'
import { resolveUpstream } from './upstream-options.ts'

const fine = { url: 'http://localhost:11434/v1', model: 'llama3.2' }

test('there is a system prompt unless there is another one', () => {
  expect(resolveUpstream(fine)?.system).toMatch(/stocks[^]*Markdown link/)
  expect(resolveUpstream({ ...fine, system: '' })?.system).toBe('')
  expect(resolveUpstream(undefined)).toBeUndefined()
})

test('slashes at the end of the URL do not matter', () => {
  expect(resolveUpstream({ ...fine, url: 'https://a.example//' })?.endpoint).toBe(
    'https://a.example/chat/completions',
  )
})

test.each([
  ['http://localhost:1/v1'],
  ['http://127.0.0.1:1/v1'],
  ['http://[::1]:1/v1'],
  ['https://a.example/v1'],
])('a key may go to %s', (url) => {
  expect(resolveUpstream({ ...fine, url, apiKey: 'sk-1' })?.apiKey).toBe('sk-1')
})

test.each([
  [{ url: 'localhost:11434' }, '`upstream.url` must be a web address'],
  [{ url: undefined }, '`upstream.url` must be a web address'],
  [{ url: 'https://me:secret@a.example/' }, '`upstream.url` must be without credentials'],
  [{ url: 'https://a.example/?key=secret' }, '`upstream.url` must be without credentials'],
  [
    { url: 'http://a.example/v1', apiKey: 'secret' },
    '`upstream.url` would send the key over plain',
  ],
  [{ url: null }, '`upstream.url` must not be null'],
  [{ model: ' ' }, '`upstream.model` must be the name of a model'],
  [{ model: undefined }, '`upstream.model` must be the name of a model'],
  [{ system: 7 }, '`upstream.system` must be a string'],
  [{ apiKey: 'secret\r\nx: y' }, '`upstream.apiKey` must be a key'],
  [{ apiKey: '' }, '`upstream.apiKey` must be a key'],
])('%j is refused, and no message repeats it', (wrong, message) => {
  const create = (): unknown => createSandboxHandler({ upstream: { ...fine, ...wrong } as never })
  expect(create).toThrow(TypeError)
  expect(create).toThrow(message)
  expect(create).not.toThrow(/secret/)
})

test('the option is an object', () => {
  expect(() => createSandboxHandler({ upstream: 'http://localhost' as never })).toThrow(
    '`upstream` must be an object such as { url, model }',
  )
})
