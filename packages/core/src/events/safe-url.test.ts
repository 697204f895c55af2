import { expect, test } from 'vitest'
import { safeUrl } from './safe-url.ts'

test.for<[string, boolean]>([
  ['https://example.com/10-q?page=2#p', true],
  ['HTTP://EXAMPLE.com', true],
  ['javascript:alert(1)', false],
  ['java\nscript:alert(1)', false],
  [' \u0001javascript:alert(1)', false],
  ['data:text/html,x', false],
  ['vbscript:x', false],
  ['file:///etc/passwd', false],
  ['//example.com', false],
  ['/relative', false],
  ['...', false],
  ['', false],
])('%j is safe: %s', ([url, safe]) => {
  expect(safeUrl(url)).toBe(safe ? url : undefined)
})
