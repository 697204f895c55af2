import { createHash } from 'node:crypto'

/** An answer to stream: its events as JSON, and what reading all of them must come to. */
export interface Payload {
  /** The JSON of each event, `done` last. */
  events: string[]
  expected: Required<Answer>
}

/** What a candidate made of a payload. */
export interface Answer {
  /** How many there were, and the sources of the citations; absent where a candidate reads text only. */
  events?: number
  sources?: string
  text: string
}

/** How the server writes an event of text as JSON. */
export type Writing = 'type first' | 'content first' | 'with spaces'

/** What a server may do differently. */
export interface Variant {
  /** `with spaces` is the form in VecTrade's guide, where the content comes first. Default `type first`. */
  writing?: Writing
  /** Whether the text has ASCII characters only. Default false. */
  isAscii?: boolean
}

// As long as the tokens of language models mostly are.
const words = ' The market for accelerated computing is large and, in our view, growing'
  .split(/(?= )/)
  .concat([' NVDA', "'s", ' €', 'tion', '.\n\n', ' "quoted"', ' Q4', ' 62.5', '%'])

/** @param size text events; every hundredth is followed by a citation */
export function createPayload(size: number, variant: Variant = {}): Payload {
  const { writing = 'type first', isAscii = false } = variant
  const write =
    writing === 'with spaces' ? writeWithSpaces : (event: object) => JSON.stringify(event)
  const events: string[] = [write({ type: 'metadata', model: 'benchmark' })]
  let text = ''
  let sources = ''
  for (let index = 0; index < size; index += 1) {
    const word = words[(index * 5) % words.length] ?? ''
    const content = isAscii ? word.replace('€', '$') : word
    text += content
    events.push(
      write(writing === 'type first' ? { type: 'text', content } : { content, type: 'text' }),
    )
    if (index % 100 === 99) {
      const url = `https://filings.example.com/${index}`
      const source = `Report ${index}`
      sources += source
      events.push(write({ type: 'citation', source, url }))
    }
  }
  const usage = { prompt_tokens: 12, completion_tokens: size }
  events.push(write({ type: 'done', usage }))
  return { events, expected: { events: events.length, text, sources } }
}

/** Writes JSON with a space after each colon and comma, as Python does. */
function writeWithSpaces(event: object): string {
  // Strings hold no line breaks, which JSON escapes: every line break here is one of the layout.
  return JSON.stringify(event, undefined, 1).replaceAll(/,\n */g, ', ').replaceAll(/\n */g, '')
}

/** @throws where a candidate did not read what was sent: its time then means nothing */
export function checkAnswer(name: string, answer: Answer, expected: Required<Answer>): void {
  const { events = expected.events, sources = expected.sources, text } = answer
  checkDigest(name, digestOf({ events, sources, text }), digestOf(expected))
}

/** What is compared of an answer. It is short, so that it can be sent to another process. */
export interface Digest {
  events: number
  text: string
  sources: string
}

export function digestOf({ events, text, sources }: Required<Answer>): Digest {
  return { events, text: hash(text), sources: hash(sources) }
}

/** @throws where a candidate did not read what was sent */
export function checkDigest(name: string, digest: Digest, expected: Digest): void {
  const { events, text, sources } = digest
  if (events !== expected.events) {
    throw new Error(`${name} read ${events} events of ${expected.events}`)
  }
  if (text !== expected.text) throw new Error(`${name} read another text`)
  if (sources !== expected.sources) throw new Error(`${name} read other citations`)
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** Server-Sent Events, one string for each, as VecTrade sends them. */
export function toMessages({ events }: Payload): string[] {
  return [...events.map((data) => `data: ${data}\n\n`), 'data: [DONE]\n\n']
}

/** The same for readers of Anthropic's protocol, which names events and has no [DONE]. */
export function toNamedMessages({ events }: Payload): string[] {
  return events.map((data) => `event: message\ndata: ${data}\n\n`)
}

/** Bytes as a network gives them: chunks of a size, wherever they cut. */
export function chunksOf(messages: string[], size: number): Uint8Array[] {
  const bytes = new TextEncoder().encode(messages.join(''))
  const chunks = []
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.slice(at, at + size))
  return chunks
}

/** Bytes as a live model sends them: each event in a chunk of its own. */
export function chunkPerEvent(messages: string[]): Uint8Array[] {
  return messages.map((message) => new TextEncoder().encode(message))
}

/** A response whose body has these chunks ready, one for each read: what is timed is the reader. */
export function respond(chunks: Uint8Array[]): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })
  return eventStream(body)
}

/** The same of a body that goes on, until `end`. */
export function respondOpen(chunks: Uint8Array[]): { response: Response; end: () => void } {
  let held: ReadableStreamDefaultController<Uint8Array>
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk)
      held = controller
    },
  })
  return { response: eventStream(body), end: () => held.error(new Error('cut')) }
}

function eventStream(body: ReadableStream<Uint8Array>): Response {
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}
