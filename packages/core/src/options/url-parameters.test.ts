import { expect, test } from 'vitest'
import { withParameters } from './url-parameters.ts'

test.for([
  ['https://a.example/x', { b: '1' }, 'https://a.example/x?b=1'],
  ['https://a.example/x?a=0', { b: 'NVDA,AMD' }, 'https://a.example/x?a=0&b=NVDA%2CAMD'],
  ['https://a.example/x?b=0&c=2', { b: '1' }, 'https://a.example/x?c=2&b=1'],
  ['https://a.example/x?b=0&c=2', { b: '' }, 'https://a.example/x?c=2'],
  ['/x?a=b=c', { b: 'é' }, '/x?a=b=c&b=%C3%A9'],
] as const)('%s with %j is %s', ([url, parameters, expected]) => {
  expect(withParameters(url, parameters)).toBe(expected)
})
