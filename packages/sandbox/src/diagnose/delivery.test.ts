import { describe, expect, test } from 'vitest'
import { deliveryOf as deliveryOfAny } from './delivery.ts'
import type { Arrival } from './measurement.ts'

const deliveryOf = (arrived: Arrival[]) => deliveryOfAny(arrived, true)

/** Returns arrivals from their silences. Each has one event unless it says something else. */
function arrivals(...parts: (Partial<Arrival> & { silence: number })[]): Arrival[] {
  let at = 0
  return parts.map((part) => {
    at += part.silence
    const { silence, events = 1, comments = 0, commentsInRow = 0, endsInsideLine = false } = part
    const bytes = 40 * events
    return { at, until: at, silence, bytes, events, comments, commentsInRow, endsInsideLine }
  })
}

const each = (count: number, part: Partial<Arrival> & { silence: number }) =>
  Array.from({ length: count }, () => part)

describe('events in time', () => {
  test('are one after the other', () => {
    expect(deliveryOf(arrivals(...each(40, { silence: 50 })))).toEqual({ type: 'in-time' })
  })

  test('may come late, if the source is slow before the first one', () => {
    const slow = arrivals({ silence: 8000 }, ...each(40, { silence: 50 }))
    expect(deliveryOf(slow)).toEqual({ type: 'in-time' })
  })

  test('may be heartbeats alone, as in a closed market', () => {
    const quiet = arrivals(...each(4, { silence: 15_000, events: 0, comments: 1 }))
    expect(deliveryOf(quiet)).toEqual({ type: 'in-time' })
  })

  test('may come in groups, as several quotes of one tick do', () => {
    const ticks = arrivals(...each(10, { silence: 1000, events: 10 }))
    expect(deliveryOfAny(ticks, false)).toEqual({ type: 'in-time' })
  })

  test('may be read in irregular groups, as on a busy machine', () => {
    const silences = [300, 40, 900, 45, 60, 1400, 50, 700, 40, 40]
    const busy = arrivals(...silences.map((silence) => ({ silence, events: 1 + silence / 50 })))
    expect(deliveryOf(busy)).toEqual({ type: 'in-time' })
  })

  test('may come between pauses of a machine, which makes up for each of them', () => {
    const pause = [{ silence: 700, events: 28 }, ...each(12, { silence: 25 })]
    const paused = arrivals(...pause, ...pause, ...pause, ...pause)
    expect(deliveryOf(paused)).toEqual({ type: 'in-time' })
  })

  test('may begin late with several comments, such as padding', () => {
    const padded = arrivals({ silence: 12_000, comments: 2 }, ...each(40, { silence: 50 }))
    expect(deliveryOf(padded)).toEqual({ type: 'in-time' })
  })

  test('may come from a server that writes the beginning of a line before it waits', () => {
    const early = arrivals(...each(20, { silence: 1500, endsInsideLine: true }))
    expect(deliveryOf(early)).toEqual({ type: 'in-time' })
    const fast = { silence: 25, endsInsideLine: true }
    const stalled = arrivals(...each(40, fast), { silence: 3000 }, ...each(40, fast))
    expect(deliveryOf(stalled)).toEqual({ type: 'in-time' })
  })

  test('may lose a packet in the middle of a line', () => {
    const lossy = arrivals(
      ...each(40, { silence: 50 }),
      { silence: 50, endsInsideLine: true },
      { silence: 1100 },
      ...each(40, { silence: 50 }),
    )
    expect(deliveryOf(lossy)).toEqual({ type: 'in-time' })
  })
})

describe('held events', () => {
  const single = { silence: 5000, events: 0, comments: 1, commentsInRow: 1 }
  const twice = { silence: 5000, events: 0, comments: 2, commentsInRow: 2 }

  test('show by heartbeats that arrive at once', () => {
    const evidence = 'heartbeats'
    const three = arrivals({ silence: 5000, events: 150, comments: 3, commentsInRow: 3 })
    expect(deliveryOf(three)).toMatchObject({ evidence, certainty: 'certain' })
    const two = arrivals({ silence: 10 }, single, { ...twice, silence: 6000 })
    expect(deliveryOf(two)).toMatchObject({ evidence, certainty: 'certain', heldFor: 6000 })
  })

  test('only probably show by two comments, if no heartbeat has arrived alone', () => {
    const expected = { evidence: 'heartbeats', certainty: 'likely' }
    expect(deliveryOf(arrivals(single, twice, twice))).toMatchObject(expected)
    expect(deliveryOf(arrivals({ silence: 31_000, events: 3, comments: 2 }))).toMatchObject(
      expected,
    )
  })

  test('show by silences in the middle of a line', () => {
    const held = arrivals(
      { silence: 4100, events: 82, endsInsideLine: true },
      { silence: 3600, events: 77 },
    )
    expect(deliveryOf(held)).toEqual({
      type: 'held',
      evidence: 'broken-lines',
      certainty: 'certain',
      heldFor: 3600,
    })
  })

  test('show by silences in the middle of a line, if the buffer is full after each half second', () => {
    const held = arrivals(...each(8, { silence: 600, events: 19, endsInsideLine: true }))
    expect(deliveryOfAny(held, false)).toMatchObject({ evidence: 'broken-lines' })
    const sooner = arrivals(...each(20, { silence: 400, events: 19, endsInsideLine: true }))
    expect(deliveryOfAny(sooner, false)).toEqual({ type: 'in-time' })
  })

  test.each([
    ['without an event before', arrivals({ silence: 7700, events: 159 })],
    ['with one event before', arrivals({ silence: 10 }, { silence: 7700, events: 159 })],
    [
      'in a few reads',
      arrivals({ silence: 7700, events: 90 }, { silence: 9, events: 60 }, { silence: 8 }),
    ],
  ])('probably show by a burst after a long silence, %s', (_name, held) => {
    expect(deliveryOf(held)).toEqual({
      type: 'held',
      evidence: 'burst',
      certainty: 'likely',
      heldFor: 7700,
    })
  })
})

test('words in groups probably are held', () => {
  const flush = [
    { silence: 1000, events: 30 },
    { silence: 6, events: 10 },
  ]
  expect(deliveryOf(arrivals(...flush, ...flush, ...flush, { silence: 300, events: 9 }))).toEqual({
    type: 'held',
    evidence: 'groups',
    certainty: 'likely',
    heldFor: 1000,
  })
  expect(deliveryOf(arrivals(...flush, ...flush))).toEqual({ type: 'unknown' })
})

describe('it cannot tell', () => {
  test.each([
    ['nothing came', []],
    ['the answer was fast', arrivals({ silence: 200, events: 159 })],
    ['the answer was fast, in several reads', arrivals(...each(20, { silence: 8, events: 8 }))],
    ['few events came after a silence', arrivals({ silence: 9000, events: 3 })],
    [
      'the source waited, and was then fast',
      arrivals({ silence: 3000 }, ...each(90, { silence: 6 })),
    ],
    ['it began with comments', arrivals({ silence: 3000, events: 0, comments: 2 })],
    ['two events came', arrivals({ silence: 100 }, { silence: 9000 })],
  ])('if %s', (_name, few) => {
    expect(deliveryOf(few)).toEqual({ type: 'unknown' })
  })
})
