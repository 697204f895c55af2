import { StreamInterruptedError } from '../errors/connection-error.ts'
import { StreamStoreError } from '../errors/stream-store-error.ts'
import { errorToWire } from '../errors/to-wire.ts'
import { toMessage } from '../events/wire.ts'
import { relayItems } from '../relay/relay-source.ts'
import type { AnalysisStream } from '../stream/stream.ts'
import type { MessageLog } from './message-log.ts'
import type { StreamRecorder } from './stream-recorder.ts'
import type { StoredMessage, StreamOutcome, StreamProducer } from './stream-store.ts'

/** The end of an answer that was stopped: it is what it is, and nothing more comes. */
const stoppedMessage: StoredMessage = {
  data: '{"type":"done","finish_reason":"stopped"}',
}

/**
 * Reads an answer to its end, whoever else does: into the log of those who asked here, and into the
 * store of those who come back. Ends early when it is stopped, or when the store has failed and
 * nobody reads here any more. Never rejects.
 *
 * @param recorder records to the same producer; finished at the end
 */
export async function produce(
  stream: AnalysisStream,
  log: MessageLog,
  producer: StreamProducer,
  recorder: StreamRecorder,
): Promise<void> {
  const record = (message: StoredMessage): void => {
    log.append([message])
    recorder.add(message)
  }
  const onStop = (): void => void stream.cancel()
  if (producer.stopped.aborted) onStop()
  else producer.stopped.addEventListener('abort', onStop, { once: true })

  let outcome: StreamOutcome = 'done'
  try {
    const { items, isCut } = relayItems(stream, false)
    for await (const event of items) {
      record(toMessage(event))
      if (recorder.failed) await pace(log)
      if (recorder.failed && log.readers === 0) break
    }
    if (producer.stopped.aborted && isCut()) {
      // Not by anybody who reads: another producer goes on with it.
      if (producer.stopped.reason instanceof StreamStoreError) throw new StreamInterruptedError()
      record(stoppedMessage)
      outcome = 'stopped'
    }
  } catch (error) {
    record({ event: 'error', data: JSON.stringify(errorToWire(error)) })
    outcome = 'error'
  } finally {
    producer.stopped.removeEventListener('abort', onStop)
    log.end()
    await recorder.finish(outcome)
  }
}

/** Messages that may lie before a reader whom no store's limits protect. */
const maxUnread = 256

/** Waits until who reads here has caught up, or has left. */
async function pace(log: MessageLog): Promise<void> {
  while (log.unread > maxUnread && log.readers > 0) {
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
