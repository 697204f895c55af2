/** Shown for a value that the server did not send. */
const missing = '–'

const format = new Intl.NumberFormat('en-US', {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
})

/** Returns a price. A value from the server may be of any type. */
export function amount(value: unknown): string {
  if (typeof value !== 'number') return missing
  // Two digits would hide the price of a cheap coin.
  return value !== 0 && Math.abs(value) < 1 ? value.toPrecision(4) : format.format(value)
}

/** Returns a change with its sign. */
export function signed(value: unknown, unit = ''): string {
  if (typeof value !== 'number') return missing
  const text = format.format(Math.abs(value))
  const sign = value > 0 ? '+' : value < 0 ? '−' : ''
  return `${sign}${text}${unit}`
}

/** Returns the time of day on this machine. */
export function clockTime(value: unknown): string {
  const date = new Date(typeof value === 'string' || typeof value === 'number' ? value : NaN)
  if (Number.isNaN(date.getTime())) return missing
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':')
}
