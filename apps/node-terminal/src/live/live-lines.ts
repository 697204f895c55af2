import type { AlertEvent, GapEvent, NewsEvent } from '@vectrade/node'
import { oneLine } from '../printable.ts'
import { amount, clockTime, signed } from './live-numbers.ts'

/** Returns an alert in one line. */
export function describeAlert({ symbol, price, condition, triggeredAt }: AlertEvent): string {
  const { operator, threshold } = condition
  const words = oneLine(String(operator).replaceAll('_', ' ').replace(/^pct /, ''))
  const limit = String(operator).startsWith('pct_') ? signed(threshold, '%') : amount(threshold)
  return `${clockTime(triggeredAt)}  ${oneLine(symbol)} ${amount(price)}: ${words} ${limit}`
}

/** Returns an article in one line. */
export function describeNews({ title, symbols, source, publishedAt }: NewsEvent): string {
  const about = oneLine(symbols.map(String).join(' '))
  const from = typeof source === 'string' ? ` (${oneLine(source)})` : ''
  return `${clockTime(publishedAt)}  ${about}: ${oneLine(title)}${from}`
}

/** Returns in one line why events may be missing. */
export function describeGap({ reason, dropped }: GapEvent): string {
  const count = typeof dropped === 'number' ? `, ${dropped} dropped` : ''
  return `events may be missing (${oneLine(reason)}${count})`
}
