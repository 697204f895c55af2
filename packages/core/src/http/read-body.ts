import { type Abortable, whenAborted } from '../lifetime/abort-source.ts'
import { bodyCause, releaseBody } from '../lifetime/body-owner.ts'
import type { ByteStream } from '../lifetime/byte-stream.ts'
import { within } from '../lifetime/timers.ts'

/** How much of a body to read, and how long to wait for it. */
export interface BodyLimits {
  /** The most bytes to read. */
  maxBytes: number
  /** The most ms to wait without a byte. 0 is no limit. */
  silence: number
  /** The most ms to wait for the whole body. 0 is no limit. */
  deadline: number
}

/** The text of a body, and why the reading ended. */
export interface ReadBody {
  text: string
  ended: 'complete' | 'too-large' | 'silent' | 'late'
}

/**
 * Reads a body as UTF-8 text within limits, then closes it.
 *
 * @param signal aborting it ends the reading, as if the body had ended
 * @throws the errors of the body's reader
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
      // Compare the limits, not the clock, because a timer may fire a fraction of a millisecond early.
      if (result === undefined) return { text, ended: untilEnd <= untilSilent ? 'late' : 'silent' }
      if (result.done) {
        // A cancelled body looks as if it had ended.
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
    // This closes the connection, unless the body has ended.
    reader.cancel().catch(() => {})
    reader.releaseLock()
    releaseBody(body, isWhole)
  }
}

/** Cancels a body that will not be read, to free its connection. */
export function closeBody(body: ByteStream | null | undefined): void {
  if (!body || body.locked) return
  body.cancel().catch(() => {})
  releaseBody(body, false)
}
