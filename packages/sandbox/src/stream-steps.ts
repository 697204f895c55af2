import type { StreamEvent } from '@vectrade/core'
import type { SimulatedAnalysis } from './analysis.ts'
import type { Cut } from './connection-cut.ts'
import { type Encode, encoder } from './encoder.ts'
import { errorMessage } from './error-message.ts'
import type { Fault } from './faults.ts'
import { frameMessage } from './frame.ts'
import { spellUsage } from './usage-spelling.ts'

/** One step of a body. Bytes with `event: true` end an event. A wait of `Infinity` never ends. */
export type Step =
  | { type: 'bytes'; bytes: Uint8Array; event?: boolean }
  | { type: 'wait'; ms: number }
  | { type: 'cut'; cut: Cut }

/** How fast the text is sent. */
export interface Pace {
  /** 0 is as fast as possible. */
  tokensPerSecond: number
  /** Milliseconds. */
  timeToFirstToken: number
}

type WireEvent = { type: Exclude<StreamEvent['type'], 'unknown'>; [field: string]: unknown }

/**
 * Yields the steps of a streamed answer, with the fault applied. Each step is made only when it is
 * asked for, so 100,000 events take no more memory than one.
 */
export function* streamSteps(
  analysis: SimulatedAnalysis,
  metadata: Record<string, unknown>,
  fault: Fault,
  pace: Pace,
): Generator<Step, void> {
  const encode = encoder(fault.lineEnding)
  if (fault.bom) yield { type: 'bytes', bytes: Uint8Array.of(0xef, 0xbb, 0xbf) }
  if (fault.retry !== undefined) yield { type: 'bytes', bytes: encode({ retry: fault.retry }) }

  const wait = 1000 / pace.tokensPerSecond
  let position = 0
  let tokens = 0
  for (const event of wireEvents(analysis, metadata, fault)) {
    if (yield* disturb(position, fault, encode)) return
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
  if (yield* disturb(position, fault, encode)) return

  if (!fault.noDoneMarker) yield { type: 'bytes', bytes: encode({ data: '[DONE]' }) }
  if (fault.linger) yield { type: 'wait', ms: Infinity }
}

/** Returns a heartbeat with the same line endings as {@link streamSteps}. */
export function heartbeatBytes(fault: Fault): Uint8Array {
  return encoder(fault.lineEnding)({ comment: 'heartbeat' })
}

/** Whether an event is a token, which is sent at the pace of the answer. */
function isToken(event: WireEvent): boolean {
  if (event.type === 'text') return true
  event.type satisfies 'citation' | 'metadata' | 'done'
  return false
}

function* wireEvents(
  analysis: SimulatedAnalysis,
  metadata: Record<string, unknown>,
  fault: Fault,
): Generator<WireEvent> {
  yield { type: 'metadata', ...metadata }
  let usage = analysis.usage
  if (fault.events === undefined) {
    yield* analysis.parts
  } else {
    const texts = analysis.parts.filter((part) => part.type === 'text')
    for (let sent = 0; sent < fault.events; sent += 1) {
      yield texts[sent % texts.length] ?? { type: 'text', content: '' }
    }
    const { prompt_tokens } = usage
    const total_tokens = prompt_tokens + fault.events
    usage = { prompt_tokens, completion_tokens: fault.events, total_tokens }
  }
  if (!fault.noDoneEvent) yield { type: 'done', usage: spellUsage(usage, fault.usage) }
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
