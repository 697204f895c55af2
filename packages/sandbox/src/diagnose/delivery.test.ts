import { describe, expect, test } from 'vitest'
import { deliveryOf as deliveryOfAny } from './delivery.ts'
import type { Arrival } from './measurement.ts'

const deliveryOf = (arrived: Arrival[]) => deliveryOfAny(arrived, true)

/** Returns arrivals from their silences. Each has one event unless it says something else. */
function arrivals(...parts: (Partial<Arrival> & { silence: number })[]): Arrival[] {
  let at = 0
  return parts.map((part) => {
    at += part.silence
    const { silence, events = 1, comments = 0, endsInsideLine = false } = part
    return { at, until: at, silence, bytes: 40 * events, events, comments, endsInsideLine }
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
  test('show by heartbeats that arrive at once', () => {
    const held = arrivals({ silence: 31_000, events: 3, comments: 2 })
    expect(deliveryOf(held)).toMatchObject({ evidence: 'heartbeats', certainty: 'certain' })
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
    ['two events came', arrivals({ silence: 100 }, { silence: 9000 })],
  ])('if %s', (_name, few) => {
    expect(deliveryOf(few)).toEqual({ type: 'unknown' })
  })
})
