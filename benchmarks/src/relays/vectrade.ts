import { type AnalysisStream, toReadableStream, toResponse, VecTrade } from '@vectrade/core'
import { produce, type Relay } from './relay.ts'

export const vectrade: Relay = {
  name: 'vectrade toResponse',
  start: (events) => toResponse(produce(events)),
}

/** One way to pass an upstream response on. */
interface Through {
  name: string
  start: (upstream: Response) => Response
}

// One client for all requests, as a server has it.
const client = new VecTrade({ apiKey: 'vq_benchmark', fetch: async () => answers.shift()! })
const answers: Response[] = []

function open(upstream: Response): AnalysisStream {
  answers.push(upstream)
  return client.ai.stream('Bull case for NVDA?')
}

export const passThrough: Through = {
  name: 'vectrade client.ai.stream().toResponse()',
  start: (upstream) => open(upstream).toResponse(),
}

/** A generator in between: each event is decoded, seen by the program, and encoded again. */
export const decodeAndEncode: Through = {
  name: 'vectrade toReadableStream of its events',
  start: (upstream) => new Response(toReadableStream(seen(open(upstream)))),
}

async function* seen<T>(events: AsyncIterable<T>): AsyncGenerator<T> {
  yield* events
}

/** The least that a server does which has the bytes pass through a stream of its own. */
export const pipe: Through = {
  name: 'upstream.body.pipeThrough()',
  start: (upstream) => new Response(upstream.body!.pipeThrough(new TransformStream())),
}

/** The bytes as they came, by the very same stream: no end, no error, no heartbeat is noticed. */
export const raw: Through = {
  name: 'new Response(upstream.body)',
  start: (upstream) => new Response(upstream.body),
}
