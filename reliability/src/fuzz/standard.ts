import { decodeUtf8 } from './decode-utf8.ts'

/** An event as the standard dispatches it. */
export interface StandardMessage {
  /** The event type buffer; `''` means "message". */
  event: string
  data: string
  /** The last event ID string at dispatch. */
  id: string
  /** The offset of the first byte after the line end that dispatched it. */
  end: number
}

/** An event stream as the standard defines it. */
export interface StandardStream {
  messages: StandardMessage[]
  /** Each reconnection time that was set. */
  retries: number[]
  /** The standard ignores comments. Here they are the text after the colon and one space. */
  comments: string[]
  /** The last event ID string at the end. */
  lastEventId: string
  /** The load at each line at which an event could be too long. */
  loads: Load[]
  /** Whether the stream is refused after these messages: see {@link withLimit}. */
  isRefused?: boolean
}

/** The memory that a decoder needs at a line. `maxEventBytes` limits it; the standard does not mention it. */
export interface Load {
  /** The number of messages dispatched before. */
  messages: number
  /** The data buffer and the line, in UTF-16 code units. */
  pending: number
  /** At a blank line, the values of the event that may be too long. */
  dispatched: readonly string[]
}

/**
 * Reads an event stream step by step, as section 9.2.6 of the HTML Standard says.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function readEventStream(stream: Uint8Array): StandardStream {
  const messages: StandardMessage[] = []
  const retries: number[] = []
  const comments: string[] = []
  const loads: Load[] = []
  let dataBuffer = ''
  let eventTypeBuffer = ''
  let lastEventIdBuffer = ''
  let lastEventIdString = ''
  /** Whether this block has an `id` field; only for {@link Load}. */
  let hasId = false

  const processField = (field: string, value: string): void => {
    if (field === 'event') {
      eventTypeBuffer = value
    } else if (field === 'data') {
      dataBuffer += value
      dataBuffer += '\n'
    } else if (field === 'id') {
      if (value.includes('\0')) return
      lastEventIdBuffer = value
      hasId = true
    } else if (field === 'retry') {
      // An empty value has "only ASCII digits", but is not a number.
      if (/^[0-9]+$/.test(value)) retries.push(Number(value))
    }
  }

  const dispatch = (end: number): void => {
    const dispatched = dataBuffer === '' ? [] : [dataBuffer.slice(0, -1), eventTypeBuffer]
    if (hasId) dispatched.push(lastEventIdBuffer)
    loads.push({ messages: messages.length, pending: 0, dispatched })
    hasId = false

    lastEventIdString = lastEventIdBuffer
    if (dataBuffer === '') {
      eventTypeBuffer = ''
      return
    }
    const data = dataBuffer.endsWith('\n') ? dataBuffer.slice(0, -1) : dataBuffer
    messages.push({ event: eventTypeBuffer, data, id: lastEventIdString, end })
    dataBuffer = ''
    eventTypeBuffer = ''
  }

  const processLine = (line: string, end: number): void => {
    loads.push({
      messages: messages.length,
      pending: dataBuffer.length + line.length,
      dispatched: [],
    })
    if (line === '') return dispatch(end)
    const colon = line.indexOf(':')
    if (colon === -1) return processField(line, '')
    let value = line.slice(colon + 1)
    if (value.startsWith(' ')) value = value.slice(1)
    if (colon === 0) comments.push(value)
    else processField(line.slice(0, colon), value)
  }

  // "The UTF-8 decode algorithm strips one leading UTF-8 Byte Order Mark (BOM), if any." The bytes
  // of CR and LF are never part of a longer character, so a line can be decoded on its own.
  const hasMark = stream[0] === 0xef && stream[1] === 0xbb && stream[2] === 0xbf
  let start = hasMark ? 3 : 0
  for (let at = start; at < stream.length; at += 1) {
    if (stream[at] !== 0x0a && stream[at] !== 0x0d) continue
    processLine(decodeUtf8(stream.subarray(start, at)), at + 1)
    if (stream[at] === 0x0d && stream[at + 1] === 0x0a) at += 1
    start = at + 1
  }
  // "Once the end of the file is reached, any pending data must be discarded." But until then a decoder
  // had it in memory.
  const rest = decodeUtf8(stream.subarray(start))
  const pending = dataBuffer.length + rest.length
  loads.push({ messages: messages.length, pending, dispatched: [] })
  return { messages, retries, comments, lastEventId: lastEventIdString, loads }
}

/** Characters beyond the limit that a field's name, and lines other than an event's data, may have. */
const allowance = 64

/**
 * Returns the allowed results for a stream whose events may have at most so many bytes.
 *
 * An event with a longer value is refused. Events before it are not. Pending text is limited to the same
 * number of characters, so a long line outside events may be refused, depending on the chunks.
 */
export function withLimit(stream: StandardStream, maxEventBytes: number): StandardStream[] {
  const { loads } = stream
  const isOver = (value: string): boolean => Buffer.byteLength(value) > maxEventBytes
  const refusal = loads.find(({ dispatched }) => dispatched.some(isOver))
  const until = refusal === undefined ? loads : loads.slice(0, loads.indexOf(refusal))
  const doubts = until.filter(({ pending }) => pending > maxEventBytes + allowance)
  const possible = [...new Set([...doubts, ...(refusal ? [refusal] : [])].map((at) => at.messages))]
  const refused = possible.map((count) => refusedAfter(count, stream))
  return refusal === undefined ? [stream, ...refused] : refused
}

function refusedAfter(count: number, stream: StandardStream): StandardStream {
  return { ...stream, messages: stream.messages.slice(0, count), isRefused: true }
}
