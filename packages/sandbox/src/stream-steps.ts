import type { EncodableMessage } from '@vectrade/core'
import type { Answer } from './answer-event.ts'
import type { Cut } from './connection-cut.ts'
import { type Encode, encoder } from './encoder.ts'
import { errorMessage } from './error-message.ts'
import type { Fault } from './faults.ts'
import { frameMessage } from './frame.ts'
import { faultyEvents, type WireEvent } from './faulty-events.ts'
import type { Pace } from './pace.ts'
import { Refusal } from './refusal.ts'

/**
 * One step of a body. Bytes with `event: true` end an event. A wait of `Infinity` never ends. `pending`
 * waits for a promise that never rejects.
 */
export type Step =
  | { type: 'bytes'; bytes: Uint8Array; event?: boolean }
  | { type: 'wait'; ms: number }
  | { type: 'pending'; ready: Promise<void> }
  | { type: 'cut'; cut: Cut }

/**
 * Yields the steps of a streamed answer, with the fault applied. Each step is made only when it is
 * asked for, so 100,000 events take no more memory than one.
 *
 * @param onFailure called if the answer fails. Returns the message that says so.
 */
export function* streamSteps(
  answer: Answer,
  fault: Fault,
  pace: Pace,
  onFailure: (failure: Refusal) => EncodableMessage,
): Generator<Step, void> {
  const encode = encoder(fault.lineEnding)
  if (fault.bom) yield { type: 'bytes', bytes: Uint8Array.of(0xef, 0xbb, 0xbf) }
  if (fault.retry !== undefined) yield { type: 'bytes', bytes: encode({ retry: fault.retry }) }

  try {
    if (yield* eventSteps(answer, fault, pace, encode)) return
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return yield { type: 'bytes', bytes: encode(onFailure(error)), event: true }
  }

  if (!fault.noDoneMarker) yield { type: 'bytes', bytes: encode({ data: '[DONE]' }) }
  if (fault.linger) yield { type: 'wait', ms: Infinity }
}

/** Yields the steps of the events. Returns `true` if a fault has ended the answer. */
function* eventSteps(
  answer: Answer,
  fault: Fault,
  pace: Pace,
  encode: Encode,
): Generator<Step, boolean> {
  const events = faultyEvents(answer, fault)
  const wait = 1000 / pace.tokensPerSecond
  let tokens = 0
  for (let position = 0; ;) {
    // Before the next event is asked for: a model may take long to write it.
    if (yield* disturb(position, fault, encode)) return true
    const event = yield* nextEvent(events)
    if (event === undefined) return false
    if (isToken(event)) {
      if (tokens === 0) yield { type: 'wait', ms: pace.timeToFirstToken }
      else if (pace.tokensPerSecond > 0) yield { type: 'wait', ms: wait }
      tokens += 1
    }
    position += 1
    const id = fault.ids ? { id: String(position) } : {}
    yield { type: 'bytes', bytes: encode({ ...id, data: JSON.stringify(event) }), event: true }
    if (position === 1 && fault.oversize !== undefined) yield* oversized(fault.oversize, encode)
  }
}

function* nextEvent(
  events: Iterator<WireEvent | Promise<void>, void>,
): Generator<Step, WireEvent | undefined> {
  for (;;) {
    const { done, value } = events.next()
    if (done) return undefined
    if (!(value instanceof Promise)) return value
    yield { type: 'pending', ready: value }
  }
}

/** Returns a heartbeat with the same line endings as {@link streamSteps}. */
export function heartbeatBytes(fault: Fault): Uint8Array {
  return encoder(fault.lineEnding)({ comment: 'heartbeat' })
}

/** Whether an event is a token, which is sent at the pace of the answer. */
function isToken(event: WireEvent): boolean {
  if (event.type === 'text') return true
  event.type satisfies 'citation' | 'metadata' | 'done' | 'reasoning'
  return false
}

/** Yields what the fault inserts at this position. Returns `true` if the answer ends there. */
function* disturb(position: number, fault: Fault, encode: Encode): Generator<Step, boolean> {
  if (fault.frame !== undefined && position === (fault.frameAfterEvents ?? 0)) {
    yield { type: 'bytes', bytes: encode(frameMessage(fault.frame, position)) }
  }
  if (position === fault.malformedAfterEvents) {
    yield { type: 'bytes', bytes: encode({ data: '{"type":"text","content":"cut o' }), event: true }
  }
  if (position === fault.unknownAfterEvents) {
    const progress = { type: 'progress', stage: 'reading-filings', percent: 40 }
    yield { type: 'bytes', bytes: encode({ data: JSON.stringify(progress) }), event: true }
    const trace = { event: 'trace', data: '{"span":"retrieval","ms":12}' }
    yield { type: 'bytes', bytes: encode(trace), event: true }
  }
  if (position === fault.stallAfterEvents) {
    yield { type: 'wait', ms: fault.stallFor ?? Infinity }
  }
  if (position === fault.errorAfterEvents) {
    const message = 'Simulated failure in the middle of an answer'
    yield { type: 'bytes', bytes: encode(errorMessage({ message, ...fault })), event: true }
    return true
  }
  if (position === fault.cutAfterEvents) {
    yield { type: 'cut', cut: fault.cut ?? 'fin' }
    return true
  }
  return false
}

/**
 * Yields one text event with `length` bytes of data, in pieces, so that memory never holds all of
 * it.
 */
function* oversized(length: number, encode: Encode): Generator<Step, void> {
  const start = 'data: {"type":"text","content":"'
  const end = '"}'
  const filler = new TextEncoder().encode('x'.repeat(Math.min(length, 65_536)))
  yield { type: 'bytes', bytes: new TextEncoder().encode(start) }
  let left = length - (start.length - 'data: '.length) - end.length
  for (; left > 0; left -= filler.length) {
    yield { type: 'bytes', bytes: filler.subarray(0, left) }
  }
  // The event ends with the same line breaks as any other event.
  const breaks = encode({ data: '' }).subarray('data: '.length)
  yield { type: 'bytes', bytes: new TextEncoder().encode(end) }
  yield { type: 'bytes', bytes: breaks, event: true }
}
