// Readers of an endpoint. Arguments: the URLs of its processes. The readers are spread over them.
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import process from 'node:process'
import { type AnalysisStream, VecTrade } from '@vectrade/node'
import { quantile } from '@vectrade/report/quantile'
import { serveCalls } from '../../program.ts'
import { monotonic } from '../monotonic.ts'

const urls = process.argv.slice(2)
const clients = urls.map((endpoint) => new VecTrade({ endpoint, idleTimeout: 0 }))
/** The number of streams that are opened at the same time. */
const together = 100

/** A reader that reads to the end of its answer. */
class Reader {
  readonly prompt: string
  readonly hasBegun: Promise<void>
  readonly #begin: () => void
  stream: AnalysisStream
  done: Promise<void>
  received = 0
  total: number | undefined
  outOfOrder = 0
  resumed = 0
  error: Error | undefined
  readonly #client: VecTrade
  #shallResume = false

  constructor(client: VecTrade, prompt: string) {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.prompt = prompt
    this.hasBegun = promise
    this.#begin = resolve
    this.#client = client
    this.stream = client.ai.stream(prompt)
    this.done = this.#read().catch((error: Error) => {
      this.error = error
      resolve()
    })
  }

  /** Leaves at the next event and comes back, like a page that is reloaded. */
  reload(): void {
    this.#shallResume = true
  }

  async #read(): Promise<void> {
    while (this.total === undefined) {
      for await (const event of this.stream) {
        if (event.type === 'text') this.#take(event.content)
        if (event.type === 'done') this.total = Number(event.usage?.['completion_tokens'])
        if (this.#shallResume) break
      }
      if (!this.#shallResume) return
      this.#shallResume = false
      this.resumed += 1
      const { id = '', lastEventId } = this.stream
      this.stream = this.#client.ai.resume(id, { lastEventId })
    }
  }

  #take(content: string): void {
    const [number, sentAt] = content.split(' ').map(Number)
    this.received += 1
    if (number !== this.received) this.outOfOrder += 1
    if (this.resumed === 0) delays.push(monotonic() - (sentAt ?? Number.NaN))
    this.#begin()
  }
}

/** ms from sending to reading an event, except on streams that were away. */
const delays: number[] = []
const readers: Reader[] = []
/** Referenced here, so that they stay open. */
const stalled: IncomingMessage[] = []

async function openReader(client: VecTrade, prompt: string): Promise<void> {
  const reader = new Reader(client, prompt)
  readers.push(reader)
  await reader.hasBegun
}

/** Reads the head of an answer, and then nothing. @param place the endpoint's URL or socket path */
async function openStalled(place: string, prompt: string): Promise<void> {
  const headers = { 'content-type': 'application/json', host: '127.0.0.1' }
  const options = { method: 'POST', headers }
  const asking = place.startsWith('http')
    ? request(place, options)
    : request({ ...options, socketPath: place, path: '/api/analyze' })
  asking.end(JSON.stringify({ prompt }))
  const [response] = (await once(asking, 'response')) as [IncomingMessage]
  stalled.push(response)
}

/** Opens so many streams, several at the same time, and waits until all have begun. */
async function inTurn(count: number, openOne: (at: number) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    for (let at = next++; at < count; at = next++) await openOne(at)
  }
  await Promise.all(Array.from({ length: together }, worker))
}

serveCalls({
  open: (kind: 'reads' | 'leaves', count: number) =>
    inTurn(count, (at) => openReader(clients[at % clients.length]!, `${kind} ${at}`)),
  stall: (places: string[], count: number) =>
    inTurn(count, (at) => openStalled(places[at % places.length]!, `stalls ${at}`)),
  /** Reloads every nth reader. */
  reload(every: number) {
    for (const [at, reader] of readers.entries()) if (at % every === 0) reader.reload()
  },
  /** Stops the answers on the server. Returns when each one was told to stop, by prompt. */
  async stop() {
    const asked: Record<string, number> = {}
    await Promise.all(
      readers.map(async (reader) => {
        asked[reader.prompt] = monotonic()
        await reader.stream.stop()
      }),
    )
    return asked
  },
  async outcome() {
    await Promise.all(readers.map(({ done }) => done))
    const failed = readers.filter(({ error, total }) => error !== undefined || !(Number(total) > 0))
    return {
      received: readers.reduce((sum, { received }) => sum + received, 0),
      dropped: readers.reduce(
        (sum, { received, total = 0 }) => sum + Math.max(0, total - received),
        0,
      ),
      outOfOrder: readers.reduce((sum, { outOfOrder }) => sum + outOfOrder, 0),
      resumed: readers.reduce((sum, { resumed }) => sum + resumed, 0),
      failed: failed.map(({ prompt, error }) => `${prompt}: ${String(error ?? 'no end')}`),
      delay: {
        median: quantile(delays, 0.5),
        p99: quantile(delays, 0.99),
        worst: quantile(delays, 1),
      },
    }
  },
})
