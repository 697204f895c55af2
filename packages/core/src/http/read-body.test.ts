import { describe, expect, test, vi } from 'vitest'
import { readBody } from './read-body.ts'

const silent = (): ReadableStream<Uint8Array> => new ReadableStream()

describe('what ends a read', () => {
  test.for<[silence: number, deadline: number, ended: string]>([
    [0, 20, 'late'],
    [50, 20, 'late'],
    [20, 0, 'silent'],
    [20, 50, 'silent'],
  ])(
    'with %i ms of silence allowed and %i ms in all is told',
    async ([silence, deadline, ended]) => {
      const now = performance.now.bind(performance)
      const clock = vi.spyOn(performance, 'now')
      // A coarse clock, as in browsers: by that clock, timers fire before their time.
      clock.mockImplementation(() => Math.floor(now() / 5) * 5)
      const read = await readBody(silent(), { maxBytes: 10, silence, deadline })
      clock.mockRestore()
      expect(read).toEqual({ text: '', ended })
    },
  )

  test('is the size, of which no more than allowed is read', async () => {
    const body = new Response('0123456789abc').body
    const read = await readBody(body, { maxBytes: 10, silence: 0, deadline: 0 })
    expect(read).toEqual({ text: '0123456789', ended: 'too-large' })
    expect(body?.locked).toBe(false)
  })
})
