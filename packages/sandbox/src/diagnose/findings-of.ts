import { adviceFor } from './advice.ts'
import { deliveryOf } from './delivery.ts'
import type { BufferedFinding, Finding } from './finding.ts'
import type { Measurement, ResponseHead } from './measurement.ts'
import { bytesText, secondsText } from './quantity-text.ts'
import { connectionAdvice, refusalAdvice, wrongContentTypeAdvice } from './answer-advice.ts'

/** A silence in ms after which an end looks like that of an idle limit. */
const idleSilence = 2000

/**
 * Returns what is wrong. An empty list means that events came in time, and that nothing was found.
 *
 * @param method the method of the request
 */
export function findingsOf(measured: Measurement, method: 'GET' | 'POST'): Finding[] {
  const { head, ending } = measured
  if (head === undefined) return [unanswered(measured)]
  if (ending === 'refused') return [refused(measured, head, method)]
  const { contentEncoding } = head
  if (ending === 'unreadable' && contentEncoding !== undefined) {
    return [compressed(measured, head, contentEncoding, 'unreadable')]
  }

  const found: Finding[] = []
  const delivery = deliveryOf(measured.arrivals, method === 'POST')
  if (delivery.type === 'held') found.push(buffered(measured, delivery))
  if (contentEncoding !== undefined) {
    found.push(compressed(measured, head, contentEncoding, delivery.type))
  }
  if (head.contentLength !== undefined) found.push(withLength(measured, head.contentLength))
  const end = badEnd(measured, method)
  if (end !== undefined) found.push(end)
  const others = found.filter(({ type }) => type !== 'compressed')
  if (delivery.type === 'unknown' && others.length === 0) found.push(cannotTell(measured, method))
  return found
}

function unanswered(measured: Measurement): Finding {
  const { endedAt: after, ending, errorCode: code = 'unknown' } = measured
  if (ending !== 'silent') {
    const wasSent = after >= idleSilence && code === 'ECONNRESET'
    return {
      type: 'unreachable',
      code,
      message: wasSent
        ? `The connection ended after ${secondsText(after)} without a response (${code}).`
        : `No response came: ${code}.`,
      advice: wasSent ? adviceFor('idle-limit', []) : [connectionAdvice(code)],
    }
  }
  return {
    type: 'silent',
    missing: 'response',
    after,
    message:
      `No response came in ${secondsText(after)}. Either the endpoint does not answer, or something holds ` +
      "its response back. VecTrade's handlers respond within 8 s.",
    advice: adviceFor('buffering', []),
  }
}

function refused(measured: Measurement, head: ResponseHead, method: 'GET' | 'POST'): Finding {
  const { status, at: after, contentType } = head
  const { hops } = measured
  if ((status === 504 || status === 524) && after >= idleSilence) {
    return {
      type: 'cut',
      cause: 'idle',
      silence: after,
      after,
      ending: 'gateway-timeout',
      message: `A proxy gave up after ${secondsText(after)} without a response (status ${status}).`,
      advice: adviceFor('idle-limit', hops),
    }
  }
  if (status !== 200) {
    return {
      type: 'refused',
      status,
      message: `The response has the status ${status}, so there are no events to measure.`,
      advice: refusalAdvice(status, method),
    }
  }
  return {
    type: 'wrong-content-type',
    ...(contentType !== undefined && { contentType }),
    message:
      contentType === undefined
        ? 'The response has no content type, or one that cannot be read. It must be text/event-stream.'
        : `The response is ${contentType}, not text/event-stream.`,
    advice: wrongContentTypeAdvice(contentType, method),
  }
}

function buffered(
  measured: Measurement,
  held: Pick<BufferedFinding, 'evidence' | 'certainty' | 'heldFor'>,
): Finding {
  const { evidence, certainty, heldFor } = held
  const { arrivals, hops } = measured
  const fullest = arrivals.reduce((most, each) => (each.events > most.events ? each : most))
  const { events: eventsAtOnce, bytes } = fullest
  const silence = secondsText(heldFor)
  const isCertain = certainty === 'certain'
  const texts = {
    heartbeats:
      `Something ${isCertain ? 'buffers' : 'probably buffers'}: after ${silence} of silence, several ` +
      'heartbeats arrived at once. A server sends them seconds apart.' +
      (isCertain
        ? ''
        : ' A server that sends two comments each time looks the same: ask it directly, without the ' +
          'proxies, to compare.'),
    'broken-lines':
      `Something buffers: it sent ${bytesText(bytes)} at once, then stopped in the middle of a line for ` +
      `up to ${silence}. A server sends whole events.`,
    burst:
      `Something probably buffers: after ${silence} of silence, ${eventsAtOnce} events arrived at once. ` +
      'An endpoint that makes its whole answer before it sends any of it looks the same: ask it ' +
      'directly, without the proxies, to compare.',
    groups:
      `Something probably buffers: events arrived in groups of up to ${eventsAtOnce}, after silences of up ` +
      `to ${silence}. An endpoint that sends them in groups looks the same: ask it directly, without ` +
      'the proxies, to compare.',
  }
  return {
    type: 'buffered',
    evidence,
    certainty,
    heldFor,
    eventsAtOnce,
    message: texts[evidence],
    advice: adviceFor('buffering', hops),
  }
}

function compressed(
  { hops }: Measurement,
  { noTransform }: ResponseHead,
  encoding: string,
  delivery: 'in-time' | 'held' | 'unknown' | 'unreadable',
): Finding {
  const effects = {
    unreadable:
      'This program cannot decompress it, so it cannot tell whether the events came in time. The header ' +
      'Content-Encoding may be wrong.',
    'in-time': 'The events came in time all the same, but each must be flushed, which costs more.',
    held: 'This can be what holds the events back.',
    unknown: 'This can hold events back until there is enough to compress.',
  }
  const despite = noTransform ? ', although the response forbids it (Cache-Control)' : ''
  return {
    type: 'compressed',
    encoding,
    message: `Something compresses the stream with ${encoding}${despite}. ${effects[delivery]}`,
    // The endpoint has done what it can.
    advice: adviceFor('compression', hops).filter(
      ({ where }) => !noTransform || where !== 'the endpoint',
    ),
  }
}

function withLength({ hops }: Measurement, length: number): Finding {
  return {
    type: 'content-length',
    length,
    message:
      `The response has Content-Length: ${length}. Something knew the whole answer before it sent any of ` +
      'it, so nothing was streamed.',
    advice: [
      {
        where: 'your own code',
        set: 'a response that passes the stream on, instead of reading it and sending its text',
      },
      ...adviceFor('buffering', hops),
    ],
  }
}

/** Returns what is wrong with the end of the response. */
function badEnd(measured: Measurement, method: 'GET' | 'POST'): Finding | undefined {
  const { ending, endedAt: after, lastSilence: silence, hops, comments, events } = measured
  if (ending === 'error-event') {
    return {
      type: 'error-event',
      message: 'The stream ended with an error event. The endpoint or what it calls has failed.',
      advice: [{ where: 'the endpoint', set: 'its log has the reason' }],
    }
  }
  if (ending === 'silent') {
    const missing = events + comments === 0 ? 'bytes' : 'events'
    return {
      type: 'silent',
      missing,
      after,
      message:
        missing === 'bytes'
          ? `The response began, but no event and no heartbeat came in ${secondsText(after)}. ` +
            "VecTrade's handlers send a heartbeat every 15 s."
          : `For ${secondsText(after - (measured.lastEventAt ?? 0))}, no event came, and the answer is not complete.`,
      advice: missing === 'bytes' ? adviceFor('buffering', hops) : [],
    }
  }
  if (ending !== 'broken' && ending !== 'ended') return undefined
  const isIdle = silence >= idleSilence
  const isClean = ending === 'ended'
  // Event streams other than answers have no mark at their end.
  if (isClean && method === 'GET' && !isIdle) return undefined
  const how = isClean ? 'ended without the end of the answer' : 'was cut'
  return {
    type: 'cut',
    cause: isIdle ? 'idle' : 'unknown',
    silence,
    after,
    ending: isClean ? 'clean' : 'broken',
    message: isIdle
      ? `The response ${how} after ${secondsText(silence)} without a byte. Something limits how long a ` +
        'connection may be idle.'
      : `The response ${how} after ${secondsText(after)}, while events were coming. A limit on the length ` +
        'of a response, a restart or a crash looks like this. An idle limit does not.',
    advice: isIdle
      ? adviceFor('idle-limit', hops)
      : [
          {
            where: 'serverless functions',
            set: 'a longer maximum duration',
          },
          { where: 'the endpoint', set: 'its log says whether it restarted or failed' },
        ],
  }
}

function cannotTell(measured: Measurement, method: 'GET' | 'POST'): Finding {
  const { events, firstEventAt = 0, lastEventAt = 0 } = measured
  const spread = lastEventAt - firstEventAt
  const slow =
    'a slow source: `sandbox --tokens-per-second 10` answers slowly, and can stand where VecTrade is'
  return {
    type: 'cannot-tell',
    events,
    spread,
    message:
      method === 'POST'
        ? `It cannot tell whether something buffers: ${events} events came within ${secondsText(spread)}, ` +
          'and a fast answer looks the same as a buffered one.'
        : `It cannot tell whether something buffers: only ${events} events came, within ${secondsText(spread)}.`,
    advice: [
      method === 'POST'
        ? { where: 'the endpoint', set: `a longer answer (--prompt), or ${slow}` }
        : { where: 'the URL', set: 'symbols that change often, or a longer --idle' },
    ],
  }
}
