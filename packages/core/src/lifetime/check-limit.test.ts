import { describe, expect, test } from 'vitest'
import {
  ConfigurationError,
  createHandler,
  memoryStore,
  toReadableStream,
  VecTrade,
} from '../index.ts'
import {
  milliseconds,
  millisecondsBetween,
  resolveLimits,
  wholeNumber,
  wholeNumberBetween,
} from './check-limit.ts'

const wrong = [-1, Number.NaN, -Infinity, '5', null, 5n, {}]

describe('a limit in ms', () => {
  const limit = milliseconds(500)

  test.for([0, 0.5, 1, 1e12, Infinity])('can be %d', (value) => {
    expect(limit('wait', value)).toBeUndefined()
  })

  test.for(wrong)('cannot be %o', (value) => {
    expect(() => limit('wait', value)).toThrow(ConfigurationError)
    expect(() => limit('wait', value)).toThrow('`wait` must be a number of ms, 0 or more')
  })

  test.for([0.9, 1000.1, Infinity])('with a range cannot be %d', (value) => {
    const ranged = millisecondsBetween(500, 1, 1000)
    expect(() => ranged('wait', value)).toThrow('`wait` must be a number of ms from 1 to 1000')
  })
})

describe('a limit that is a whole number', () => {
  const limit = wholeNumber(2, 1)

  test.for([1, 2, 2 ** 60, Infinity])('can be %d', (value) => {
    expect(limit('max', value)).toBeUndefined()
  })

  test.for([...wrong, 0, 1.5])('cannot be %o', (value) => {
    expect(() => limit('max', value)).toThrow(ConfigurationError)
    expect(() => limit('max', value)).toThrow('`max` must be a whole number, 1 or more')
  })

  test.for([-1, 1.5, 65_536, Infinity])('with a range cannot be %d', (value) => {
    const port = wholeNumberBetween(8000, 0, 65_535)
    expect(() => port('port', value)).toThrow('`port` must be a whole number from 0 to 65535')
  })
})

test('missing limits get the defaults', () => {
  const limits = { wait: milliseconds(500), max: wholeNumber(2), other: wholeNumber(3) }
  expect(resolveLimits(limits, { wait: 0, max: undefined }, { wait: 1, max: 7 })).toEqual({
    wait: 0,
    max: 7,
    other: 3,
  })
  expect(() => resolveLimits(limits, { max: 0.5 })).toThrow('`max`')
})

describe('every option says what kind of number it is:', () => {
  const client = new VecTrade({ apiKey: 'vq_key' })
  const targets: Record<string, (options: object) => unknown> = {
    VecTrade: (options) => new VecTrade({ apiKey: 'vq_key', ...options }),
    'ai.stream': (options) => client.ai.stream('p', options),
    createHandler: (options) => createHandler({ client, ...options }),
    memoryStore: (options) => memoryStore(options),
    toReadableStream: (options) => toReadableStream((async function* () {})(), options),
  }

  test.for([
    ['VecTrade', { timeout: -1 }, '`timeout` must be a number of ms, 0 or more'],
    ['VecTrade', { maxRetries: 0.5 }, '`maxRetries` must be a whole number, 0 or more'],
    ['ai.stream', { idleTimeout: -1 }, '`idleTimeout` must be a number of ms, 0 or more'],
    ['ai.stream', { maxEventBytes: 0.5 }, '`maxEventBytes` must be a whole number, 1 or more'],
    ['createHandler', { maxPromptLength: 0 }, '`maxPromptLength` must be a whole number, 1'],
    ['createHandler', { firstByteAfter: -1 }, '`firstByteAfter` must be a number of ms, 0 or more'],
    ['createHandler', { maxStreamsPerOwner: 0.5 }, '`maxStreamsPerOwner` must be a whole number'],
    ['memoryStore', { maxEvents: 0.5 }, '`maxEvents` must be a whole number, 0 or more'],
    ['memoryStore', { maxBytes: 0.5 }, '`maxBytes` must be a whole number, 0 or more'],
    ['memoryStore', { maxStreams: 0.5 }, '`maxStreams` must be a whole number, 0 or more'],
    ['memoryStore', { timeToLive: -1 }, '`timeToLive` must be a number of ms, 0 or more'],
    ['memoryStore', { lease: 99 }, '`lease` must be a number of ms from 100 to 3600000'],
    ['toReadableStream', { heartbeat: -1 }, '`heartbeat` must be a number of ms, 0 or more'],
  ] as const)('%s, %j', ([target, options, message]) => {
    expect(() => targets[target]!(options)).toThrow(ConfigurationError)
    expect(() => targets[target]!(options)).toThrow(message)
  })
})
