import { type Abortable, whenAborted } from '../lifetime/abort-source.ts'
import { bodyCause, letGoOf } from '../lifetime/body-owner.ts'
import type { ByteStream } from '../lifetime/byte-stream.ts'
import { within } from '../lifetime/timers.ts'

/** How much of a body to read, and how long to wait for it. */
export interface BodyLimits {
  /** Bytes; what comes after them is not read. */
  maxBytes: number
  /** ms without a byte, after which no more is awaited; 0 for no limit. */
  silence: number
  /** ms for all of it, likewise. */
  deadline: number
}

/** What was read of a body, and why no more. */
export interface ReadBody {
  text: string
  ended: 'complete' | 'too-large' | 'silent' | 'late'
}

/**
 * Reads a body as UTF-8 text within limits, then closes it.
 *
 * @param signal aborted, it ends the reading wherever it is, as if the body had ended
 *
 * @throws what the body's reader throws
 */
export async function readBody(
  body: ByteStream | null | undefined,
  { maxBytes, silence, deadline }: BodyLimits,
  signal?: Abortable,
): Promise<ReadBody> {
  if (!body) return { text: '', ended: 'complete' }
  const reader = body.getReader()
  const decoder = new TextDecoder()
  const unlink = signal && whenAborted(signal, () => void reader.cancel().catch(() => {}))
  let isWhole = false
  let text = ''
  let bytes = 0
  const end = performance.now() + (deadline || Infinity)
  try {
    for (;;) {
      const untilEnd = Math.max(1, end - performance.now())
      const untilSilent = silence || Infinity
      const result = await within(reader.read(), Math.min(untilEnd, untilSilent))
      // Not by the clock: a timer may fire a fraction of a millisecond early.
      if (result === undefined) return { text, ended: untilEnd <= untilSilent ? 'late' : 'silent' }
      if (result.done) {
        // A body that was cancelled looks as if it had ended.
        isWhole = !signal?.aborted
        return { text: text + decoder.decode(), ended: 'complete' }
      }
      const room = maxBytes - bytes
      bytes += result.value.byteLength
      text += decoder.decode(result.value.subarray(0, room), { stream: true })
      if (bytes > maxBytes) return { text, ended: 'too-large' }
    }
  } catch (error) {
    throw bodyCause(body, error)
  } finally {
    unlink?.()
    // Without effect on a body that has ended; closes the connection of any other.
    reader.cancel().catch(() => {})
    reader.releaseLock()
    letGoOf(body, isWhole)
  }
}

/** Ends a body nobody reads, so that its connection is not held. */
export function closeBody(body: ByteStream | null | undefined): void {
  if (!body || body.locked) return
  body.cancel().catch(() => {})
  letGoOf(body, false)
}
