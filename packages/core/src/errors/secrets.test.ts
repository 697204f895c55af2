import { describe, expect, test } from 'vitest'
import { clean } from './clean.ts'
import { keySecrets } from '../test-support/key-secrets.ts'

const redacted = (text: string, headers: Record<string, string>, ...keys: string[]): string =>
  clean(text, keySecrets(keys, headers))

describe('a text from the server is redacted:', () => {
  test.for<[string, string, Record<string, string>, string]>([
    ['a key in a header', 'Key Abc12345?', { 'x-api-key': 'abc12345' }, 'Key [redacted]?'],
    [
      'a header with its scheme',
      'Got bearer abc12345.',
      { authorization: 'Bearer abc12345' },
      'Got [redacted].',
    ],
    [
      'a header without its scheme',
      'No abc12345',
      { authorization: 'Bearer abc12345' },
      'No [redacted]',
    ],
    [
      'the credentials for a proxy',
      'dXNlcjpw==',
      { 'proxy-authorization': 'Basic dXNlcjpw==' },
      '[redacted]==',
    ],
    ['a cookie', 'sid abcdefgh', { cookie: 'a=b; sid=abcdefgh' }, 'sid [redacted]'],
    ['a token', 'abc12345', { 'x-csrf-token': 'abc12345' }, '[redacted]'],
    [
      'a header with a name like a credential',
      'abc12345',
      { 'client-secret': 'abc12345' },
      '[redacted]',
    ],
    [
      'characters with a meaning in regular expressions',
      'a.b*c(d+',
      { 'x-auth': 'a.b*c(d+' },
      '[redacted]',
    ],
  ])('%s', ([, text, headers, expected]) => {
    expect(redacted(text, headers)).toBe(expected)
  })

  test('the longer of two secrets', () => {
    const headers = { authorization: 'Bearer abc12345-more' }
    expect(redacted('abc12345-more abc12345', headers, 'abc12345')).toBe('[redacted] [redacted]')
  })

  test('a short key', () => {
    expect(redacted('k1 is wrong', {}, 'k1')).toBe('[redacted] is wrong')
  })
})

test('other headers, schemes and the idempotency key stay', () => {
  const headers = {
    authorization: 'Bearer abc12345',
    'content-type': 'application/json',
    cookie: 'theme=dark',
    'idempotency-key': 'b7f7a2c0-6c5b',
  }
  const said = 'Send a Bearer key, not application/json with theme dark: b7f7a2c0-6c5b'
  expect(redacted(said, headers)).toBe(said)
})

test('there may be no secret', () => {
  expect(redacted('a text/event-stream', { accept: 'text/event-stream' })).toBe(
    'a text/event-stream',
  )
})

test('a header named key does not take the place of the key', () => {
  const said = 'abc-secret-1 and vq_secret_2 are wrong'
  expect(redacted(said, { key: 'abc-secret-1' }, 'vq_secret_2')).toBe(
    '[redacted] and [redacted] are wrong',
  )
})

test('keys that come later, and the last ones before them', () => {
  const secrets = keySecrets(['vq_1st'])
  expect(clean('vq_1st vq_2nd', secrets)).toBe('[redacted] vq_2nd')
  for (const key of ['vq_2nd', 'vq_3rd', 'vq_4th', 'vq_5th', 'vq_5th']) secrets.addKey(key)
  expect(clean('vq_1st vq_2nd vq_5th', secrets)).toBe('vq_1st [redacted] [redacted]')
})
