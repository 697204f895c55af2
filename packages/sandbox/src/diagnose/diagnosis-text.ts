import type { Diagnosis } from './diagnose-endpoint.ts'
import { bytesText, secondsText } from './quantity-text.ts'

/** Returns a diagnosis in words, for a terminal. */
export function diagnosisText({ url, method, findings, measured }: Diagnosis): string {
  const { head, hops, events, comments, bytes, arrivals } = measured
  const lines = [`${method} ${url}`]
  if (head !== undefined) {
    lines.push(
      `  status ${head.status} over HTTP/${head.httpVersion} after ${secondsText(head.at)}`,
    )
  }
  if (head !== undefined && events + comments > 0) {
    const { firstEventAt, lastEventAt, longestSilence } = measured
    lines.push(
      `  ${count(events, 'event')} and ${count(comments, 'heartbeat')} (${bytesText(bytes)}) in ` +
        count(arrivals.length, 'arrival'),
    )
    if (firstEventAt !== undefined && lastEventAt !== undefined) {
      const [first, last] = [firstEventAt, lastEventAt].map(secondsText)
      lines.push(`  first event after ${first}, last after ${last}`)
    }
    lines.push(`  longest silence ${secondsText(longestSilence)}`)
  }
  if (hops.length > 0) lines.push(`  seen on the way: ${hops.join(', ')}`)
  lines.push('')
  if (findings.length === 0) {
    lines.push('Nothing is wrong: the events arrived one after the other, as they were sent.')
  }
  for (const { type, message, advice } of findings) {
    lines.push(`${type}: ${message}`)
    for (const { where, set } of advice) lines.push(`  ${where}: ${set}`)
  }
  return `${lines.join('\n')}\n`
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
