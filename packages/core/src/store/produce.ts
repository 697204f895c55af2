import { StreamInterruptedError } from '../errors/connection-error.ts'
import { StreamStoreError } from '../errors/stream-store-error.ts'
import { errorToWire } from '../errors/error-to-wire.ts'
import type { OtherEvent, StreamEvent } from '../events/stream-event.ts'
import { whenAborted } from '../lifetime/abort-source.ts'
import { sleep } from '../lifetime/timers.ts'
import { messageOf } from '../relay/message-of.ts'
import { relayItems } from '../relay/relay-source.ts'
import type { AnalysisStream } from '../stream/stream.ts'
import type { MessageLog } from './message-log.ts'
import type { StreamRecorder } from './stream-recorder.ts'
import type { StoredMessage, StreamOutcome, StreamProducer } from './stream-store.ts'

/** The last message of an answer that was stopped. */
const stoppedMessage: StoredMessage = {
  data: '{"type":"done","finish_reason":"stopped"}',
}

/**
 * Reads an answer to its end, and writes it into a log and into the store.
 *
 * The response of this request reads the log. A page that reconnects reads the store. The answer is read to
 * its end even if no one reads it at the moment. It ends early if it is stopped, or if the store has failed
 * and the log has no reader. Resolves with how the answer has ended. Never rejects.
 *
 * @param recorder records to `producer`, and is finished at the end
 * @param onFailure called with the error of an answer that has failed
 */
export async function produce(
  stream: AnalysisStream<StreamEvent | OtherEvent>,
  log: MessageLog,
  producer: StreamProducer,
  recorder: StreamRecorder,
  onFailure: (error: unknown) => void,
): Promise<StreamOutcome> {
  const record = (message: StoredMessage): void => {
    log.append([message])
    recorder.add(message)
  }
  const unlink = whenAborted(producer.stopped, () => void stream.cancel())

  let outcome: StreamOutcome = 'done'
  try {
    const { items, isCut } = relayItems(stream, false)
    for await (const event of items) {
      record(messageOf(event))
      while (!producer.stopped.aborted && areTooManyWaiting(log, recorder)) await sleep(25)
      if (recorder.failed && log.readers === 0) break
    }
    if (producer.stopped.aborted && isCut()) {
      // No one has stopped it. Another producer has taken over the stream.
      if (producer.stopped.reason instanceof StreamStoreError) throw new StreamInterruptedError()
      record(stoppedMessage)
      outcome = 'stopped'
    }
  } catch (error) {
    record({ event: 'error', data: JSON.stringify(errorToWire(error)) })
    outcome = 'error'
    onFailure(error)
  } finally {
    unlink()
    log.end()
    await recorder.finish(outcome)
  }
  return outcome
}

/** How many messages may wait in memory for the reader of the log, and how many for the store. */
const maxWaiting = 256

/**
 * Whether too many messages wait both for the reader of the log and for the store. A reader that keeps up never waits for
 * a store that is slow or away. If the store has failed, only the reader counts.
 */
function areTooManyWaiting(log: MessageLog, recorder: StreamRecorder): boolean {
  if (log.unread <= maxWaiting) return false
  return recorder.failed ? log.readers > 0 : recorder.unwritten > maxWaiting
}
