import { expect, test } from 'vitest'
import { serverAttributes } from './server-attributes.ts'

test.for<[string, object]>([
  ['https://api.example/v1', { 'server.address': 'api.example', 'server.port': 443 }],
  ['http://api.example/v1', { 'server.address': 'api.example', 'server.port': 80 }],
  ['http://[::1]:8787/v1', { 'server.address': '::1', 'server.port': 8787 }],
  ['/api/analyze', {}],
])('%s', ([url, expected]) => {
  expect(serverAttributes(url)).toEqual(expected)
})
