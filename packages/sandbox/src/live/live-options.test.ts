import { expect, test } from 'vitest'
import { resolveLiveOptions, type SandboxLiveOptions } from './live-options.ts'

test('without options, live data has defaults', () => {
  expect(resolveLiveOptions()).toEqual({
    interval: 250,
    seed: 1,
    market: 'open',
    symbols: undefined,
    replay: 1000,
    socketHeartbeat: 'ping',
    faults: {},
  })
})

test.each<[unknown, string]>([
  [[], '`live` must be an object'],
  [{ seed: null }, '`live.seed` must not be null'],
  [{ seed: 1.5 }, '`live.seed` must be a whole number'],
  [{ interval: 0 }, '`live.interval` must be a number, 1 or more'],
  [{ market: 'shut' }, '`live.market` must be one of open, closed, hours'],
  [{ symbols: 'NVDA' }, '`live.symbols` must be a list of strings'],
  [{ symbols: ['N V'] }, '`live.symbols` takes ticker symbols, and "N V" is none'],
  [{ replay: -1 }, '`live.replay` must be a number, 0 or more'],
  [{ socketHeartbeat: 'none' }, '`live.socketHeartbeat` must be one of ping, message'],
  [{ faults: [{ status: 503 }, { hang: 1 }] }, '`hang` takes true or false'],
])('%j is refused', (options, message) => {
  expect(() => resolveLiveOptions(options as SandboxLiveOptions)).toThrow(message)
})
