import { expect, test } from 'vitest'
import { hiddenHost } from './source-link.ts'

test.each([
  ['https://bank.example', 'https://evil.example/bank.example', 'evil.example'],
  ['bank.example/login', 'https://evil.example', 'evil.example'],
  ['https://sec.gov@evil.example', 'https://sec.gov@evil.example', 'evil.example'],
  ['bank.example', 'https://bank.example.evil.example', 'bank.example.evil.example'],
  ['bank.example.evil.test', 'https://bank.example', 'bank.example'],
  ['b\u0430nk.example', 'https://b\u0430nk.example', 'xn--bnk-6cd.example'],
  ['our filing at Sec.gov', 'https://evil.example', 'evil.example'],
  ['https://Example.com:8080/a?b', 'https://example.com:8080/a?b', undefined],
  ['example.com', 'https://example.com/path', undefined],
  ['the annual report, 3.5 %', 'https://example.com', undefined],
])('%s leads to %s: %s', (text, url, host) => {
  expect(hiddenHost(text, url)).toBe(host)
})
