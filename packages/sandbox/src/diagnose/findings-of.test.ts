import { describe, expect, test } from 'vitest'
import { findingsOf } from './findings-of.ts'
import type { Arrival, Measurement, ResponseHead } from './measurement.ts'

const head: ResponseHead = {
  status: 200,
  httpVersion: '1.1',
  at: 100,
  contentType: 'text/event-stream',
  isChunked: true,
  closesConnection: false,
  noTransform: true,
  noBuffering: true,
}

const arrivals = Array.from({ length: 40 }, (_, index): Arrival => {
  const at = 100 + index * 100
  const counts = { bytes: 40, events: 1, comments: 0, commentsInRow: 0 }
  return { at, until: at, silence: 100, ...counts, endsInsideLine: false }
})

/** Returns the measurement of an answer that came in time. */
function measured(different: Partial<Measurement> = {}): Measurement {
  return {
    head,
    hops: [],
    arrivals,
    events: 40,
    comments: 0,
    bytes: 1600,
    firstEventAt: 100,
    lastEventAt: 4000,
    longestSilence: 100,
    ending: 'answered',
    endedAt: 4000,
    lastSilence: 0,
    ...different,
  }
}

test('nothing is wrong with an answer in time', () => {
  expect(findingsOf(measured(), 'POST')).toEqual([])
  expect(findingsOf(measured({ ending: 'watched' }), 'GET')).toEqual([])
})

describe('the end', () => {
  test('is that of an idle limit only after a silence', () => {
    const end = (lastSilence: number, ending: 'broken' | 'ended', method: 'GET' | 'POST') =>
      findingsOf(measured({ lastSilence, ending }), method)
    expect(end(5000, 'broken', 'POST')).toMatchObject([{ cause: 'idle', silence: 5000 }])
    expect(end(300, 'broken', 'POST')).toMatchObject([{ cause: 'unknown', silence: 300 }])
    expect(end(5000, 'ended', 'GET')).toMatchObject([{ cause: 'idle', ending: 'clean' }])
    expect(end(300, 'ended', 'GET')).toEqual([])
    expect(end(300, 'ended', 'POST')).toMatchObject([{ cause: 'unknown', ending: 'clean' }])
  })

  test.each([504, 524])('by %i is that of an idle limit, unless it comes at once', (status) => {
    const { arrivals: none, ...parts } = { ...measured(), ending: 'refused' as const }
    const after = (at: number) =>
      findingsOf({ ...parts, arrivals: none, head: { ...head, status, at } }, 'POST')
    expect(after(60_000)).toMatchObject([{ type: 'cut', ending: 'gateway-timeout', after: 60_000 }])
    expect(after(20)).toMatchObject([{ type: 'refused', status }])
  })

  test('of the connection, before a response, may be that of an idle limit', () => {
    const { head: _, ...parts } = measured({ ending: 'unreachable', errorCode: 'ECONNRESET' })
    const [late] = findingsOf({ ...parts, endedAt: 60_000 }, 'POST')
    expect(late?.message).toBe('The connection ended after 60.0 s without a response (ECONNRESET).')
    const [early] = findingsOf({ ...parts, endedAt: 10 }, 'POST')
    expect(early?.message).toBe('No response came: ECONNRESET.')
    expect(early?.advice).toMatchObject([{ where: 'the URL' }])
    const [unknown] = findingsOf({ ...parts, endedAt: 10, errorCode: 'CERT_HAS_EXPIRED' }, 'POST')
    expect(unknown?.advice).toMatchObject([{ where: 'NODE_EXTRA_CA_CERTS' }])
  })
})

test('advises what the endpoint can do against compression, unless it has done it', () => {
  const places = (noTransform: boolean): string[] | undefined =>
    findingsOf(
      measured({ hops: ['nginx'], head: { ...head, contentEncoding: 'br', noTransform } }),
      'POST',
    )[0]?.advice.map(({ where }) => where)
  expect(places(true)).toEqual(['nginx'])
  expect(places(false)).toEqual(['the endpoint', 'nginx'])
})

test('says that it cannot decompress a response, and nothing about its bytes', () => {
  const unreadable = measured({
    arrivals: [],
    ending: 'unreadable',
    head: { ...head, contentEncoding: 'dcb' },
  })
  const [finding, ...others] = findingsOf(unreadable, 'POST')
  expect(finding).toMatchObject({ type: 'compressed', encoding: 'dcb' })
  expect(finding?.message).toContain('cannot decompress it, so it cannot tell')
  expect(others).toEqual([])
})

test.each([301, 401, 404, 405, 418, 422, 429, 500, 502])(
  'has words for the status %i',
  (status) => {
    const [finding] = findingsOf(measured({ ending: 'refused', head: { ...head, status } }), 'POST')
    expect(finding).toMatchObject({ type: 'refused', status })
    expect(finding?.advice).toHaveLength(status === 418 ? 0 : 1)
  },
)
