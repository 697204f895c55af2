import { afterEach, beforeEach, vi } from 'vitest'
import type { LiveFeed, LiveOptions } from '../index.ts'
import { LiveServer } from './live-server.ts'

/** A new server for each test, and a clock that the test controls. Each random number is 1. */
export interface LiveLab {
  server: LiveServer
  subscribe: (symbols?: string[], options?: LiveOptions) => LiveFeed
}

export function useLiveServer(): LiveLab {
  const lab: LiveLab = {
    server: new LiveServer(),
    subscribe: (symbols = ['NVDA'], options = {}) =>
      lab.server.client.live.subscribe({ symbols }, options),
  }
  beforeEach(() => {
    lab.server = new LiveServer()
    vi.useFakeTimers()
    vi.spyOn(Math, 'random').mockReturnValue(1)
  })
  afterEach(() => {
    lab.server.client.close()
    vi.useRealTimers()
    vi.restoreAllMocks()
  })
  return lab
}
