/** Returns when something will be possible, in words for a button. */
export function waitInWords(seconds: number): string {
  if (seconds < 60) return `in ${seconds} s`
  if (seconds < 3_600) {
    return `in ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} min`
  }
  const hours = Math.ceil(seconds / 3_600)
  return hours <= 24 ? `in ${hours} h` : 'later'
}
