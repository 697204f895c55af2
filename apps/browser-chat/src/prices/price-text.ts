/** A price and its change, in words for the page. */
export interface PriceText {
  price: string
  /** `''` if it is not known. */
  change: string
  trend: Trend
}

export type Trend = 'up' | 'down' | 'flat'

/** What a quote tells. A value from the server may be of any type. */
export interface QuoteFields {
  price: number
  change?: unknown
  changePct?: unknown
}

/** Returns the texts of a quote. Signs are written out, so that no one has to see the color. */
export function priceText({ price, change, changePct }: QuoteFields): PriceText {
  const amount = finite(change)
  const percent = finite(changePct)
  const parts = [
    amount === undefined ? '' : signed(amount, digitsOf(price)),
    percent === undefined ? '' : `${signed(percent, 2)}%`,
  ].filter((part) => part !== '')
  const [first = '', second] = parts
  return {
    price: inDigits(price, digitsOf(price)),
    change: second === undefined ? first : `${first} (${second})`,
    trend: trendOf(amount ?? percent ?? 0),
  }
}

/** Returns a price as text. */
export function priceInDigits(price: number): string {
  return inDigits(price, digitsOf(price))
}

function trendOf(change: number): Trend {
  if (change === 0) return 'flat'
  return change > 0 ? 'up' : 'down'
}

function finite(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** Prices below 1 are quoted more exactly. */
function digitsOf(price: number): number {
  return Math.abs(price) < 1 ? 4 : 2
}

function signed(value: number, digits: number): string {
  // A minus is as wide as a plus. A hyphen is not.
  const sign = value < 0 ? '\u2212' : '+'
  const text = inDigits(Math.abs(value), digits)
  return value === 0 ? text : `${sign}${text}`
}

function inDigits(value: number, digits: number): string {
  return value.toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
}
