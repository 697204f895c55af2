import { expect, test } from 'vitest'
import { ConfigurationError, memoryStore } from '../index.ts'

test.for<[string, unknown]>([
  ['maxEvents', { maxEvents: null }],
  ['maxBytes', { maxBytes: '4096' }],
  ['maxStreams', { maxStreams: -1 }],
  ['timeToLive', { timeToLive: Number.NaN }],
  ['lease', { lease: 99 }],
  ['{ maxEvents: … }', null],
  ['{ maxEvents: … }', 'text'],
])('names a wrong limit: %s in %j', ([name, limits]) => {
  expect(() => memoryStore(limits as object)).toThrow(ConfigurationError)
  expect(() => memoryStore(limits as object)).toThrow(name)
})
