import { describe, expect, test, vi } from 'vitest'
import { readBody } from './read-body.ts'

const silent = (): ReadableStream<Uint8Array> => new ReadableStream()

describe('reading ends', () => {
  test.for<[silence: number, deadline: number, ended: string]>([
    [0, 20, 'late'],
    [50, 20, 'late'],
    [20, 0, 'silent'],
    [20, 50, 'silent'],
  ])('with at most %i ms of silence and %i ms in all as %s', async ([silence, deadline, ended]) => {
    const now = performance.now.bind(performance)
    const clock = vi.spyOn(performance, 'now')
    // Browsers have a coarse clock, by which timers seem to fire early.
    clock.mockImplementation(() => Math.floor(now() / 5) * 5)
    const read = await readBody(silent(), { maxBytes: 10, silence, deadline })
    clock.mockRestore()
    expect(read).toEqual({ text: '', ended })
  })

  test('at the limit of the size, and the text stops there', async () => {
    const body = new Response('0123456789abc').body
    const read = await readBody(body, { maxBytes: 10, silence: 0, deadline: 0 })
    expect(read).toEqual({ text: '0123456789', ended: 'too-large' })
    expect(body?.locked).toBe(false)
  })
})
