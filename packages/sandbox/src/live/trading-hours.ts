import { membersOf } from '../members-of.ts'

/** When quotes change: always, never, or in the trading hours of New York. */
export type MarketHours = 'open' | 'closed' | 'hours'

/** All kinds of hours. */
export const marketHours: readonly MarketHours[] = membersOf<MarketHours>({
  open: true,
  closed: true,
  hours: true,
})

/** Opening hours begin and end at a full quarter of an hour, also in summer time. */
const quarter = 15 * 60_000

const newYork = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/New_York',
  weekday: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})

/**
 * Returns the last moment, at or before a time, at which the market was open.
 *
 * It is open from 9:30 to 16:00 in New York, from Monday to Friday. Holidays are trading days.
 *
 * @param time ms since 1970
 */
export function lastTradingTime(time: number): number {
  const now = Math.floor(time / quarter)
  let last = now
  while (!isTradingQuarter(last)) last -= 1
  return last === now ? time : (last + 1) * quarter - 1
}

const known = new Map<number, boolean>()

function isTradingQuarter(index: number): boolean {
  let isOpen = known.get(index)
  if (isOpen === undefined) {
    // Each quote asks again, and formatting a date takes long. A weekend has fewer quarters.
    if (known.size > 1000) known.clear()
    isOpen = isOpenAt(index * quarter)
    known.set(index, isOpen)
  }
  return isOpen
}

function isOpenAt(time: number): boolean {
  const parts = newYork.formatToParts(time)
  const part = (type: string): string => parts.find((each) => each.type === type)?.value ?? ''
  if (part('weekday').startsWith('S')) return false
  const minutes = Number(part('hour')) * 60 + Number(part('minute'))
  return minutes >= 9 * 60 + 30 && minutes < 16 * 60
}
