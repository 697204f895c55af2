// A process of its own with many readers, each on a socket of its own. It answers each message with one.
import { get } from 'node:http'
import { connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { createParser } from 'eventsource-parser'
import { followedBy, type Market, marker } from './quotes.ts'

export type ReadersRequest =
  /** Opens readers that read everything, or nothing. */
  | { kind: 'open'; market: Market; from: number; to: number; isStalled?: boolean }
  /** Waits until all readers that read have so many events. */
  | { kind: 'read'; events: number }

/** As many at a time as the server's backlog surely takes. */
const batch = 100
/** ms without any byte after which events count as lost. */
const patience = 60_000

const port = Number(process.argv[2])
const markerByte = marker.charCodeAt(0)
// The sockets use it one after the other: a reader only counts.
const buffer = Buffer.allocUnsafe(64 * 1024)

/** The number of events that each reader has. */
const counts: number[] = []
/** What one more reader has, which parses its events. Undefined until it is open. */
let witnessed: number[] | undefined
let lastRead = performance.now()

async function open({ market, from, to, isStalled = false }: ReadersRequest & { kind: 'open' }) {
  for (let first = from; first < to; first += batch) {
    const length = Math.min(batch, to - first)
    const paths = Array.from({ length }, (_, index) => pathOf(first + index, market, isStalled))
    await Promise.all(paths.map((path) => (isStalled ? stall(path) : count(path))))
  }
  if (!isStalled && witnessed === undefined) {
    witnessed = []
    await witness(followedBy(from, market), witnessed)
  }
}

function pathOf(reader: number, market: Market, isStalled: boolean): string {
  return `/?symbols=${followedBy(reader, market).join(',')}${isStalled ? '&stalled' : ''}`
}

/** Opens a reader that counts its events. Resolves when its response has begun. */
function count(path: string): Promise<void> {
  const index = counts.push(0) - 1
  return new Promise((resolve) => {
    let isOpen = false
    connectTo(path, (bytes) => {
      if (!isOpen && !bytes.toString('latin1').startsWith('HTTP/1.1 200 ')) {
        throw new Error(`refused: ${bytes.toString('latin1')}`)
      }
      isOpen = true
      lastRead = performance.now()
      for (let at = 0; (at = bytes.indexOf(markerByte, at) + 1) > 0;) counts[index]! += 1
      resolve()
      return true
    })
  })
}

/** Opens a reader that stops reading before its response begins. */
function stall(path: string): Promise<void> {
  return new Promise((resolve) => {
    connectTo(path, () => {
      resolve()
      return false
    })
  })
}

/** @param onBytes returns whether to read on */
function connectTo(path: string, onBytes: (bytes: Buffer) => boolean): void {
  const callback = (length: number): boolean => onBytes(buffer.subarray(0, length))
  const socket = connect({ port, host: '127.0.0.1', onread: { buffer, callback } })
  socket.on('close', () => {
    throw new Error('a reader was disconnected')
  })
  socket.write(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`)
}

/** Opens a reader that parses its events: they must be those that it follows, in their order. */
function witness(symbols: string[], seen: number[]): Promise<void> {
  const parser = createParser({
    onEvent({ data }) {
      const { symbol, volume } = JSON.parse(data)
      const isNext = volume > (seen.at(-1) ?? -1) && symbols.includes(symbol)
      if (!isNext) throw new Error(`${data} is out of order`)
      seen.push(volume)
    },
  })
  return new Promise((resolve) => {
    get({ port, host: '127.0.0.1', path: `/?symbols=${symbols.join(',')}` }, (response) => {
      response.setEncoding('utf8').on('data', (text: string) => parser.feed(text))
      resolve()
    })
  })
}

function allCounts(): number[] {
  return [witnessed?.length ?? 0, ...counts]
}

async function read(events: number): Promise<void> {
  lastRead = performance.now()
  while (allCounts().some((number) => number < events)) {
    if (performance.now() - lastRead > patience) break
    await setTimeout(20)
  }
  const wrong = allCounts().filter((number) => number !== events)
  if (wrong.length > 0) {
    throw new Error(
      `${wrong.length} readers do not have ${events} events: the first has ${wrong[0]}`,
    )
  }
}

process.on('message', (message: ReadersRequest) => {
  const done = message.kind === 'open' ? open(message) : read(message.events)
  void done.then(() => process.send?.('done'))
})
process.on('disconnect', () => process.exit())
