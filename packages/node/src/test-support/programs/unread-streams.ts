// Makes streams fail in many ways, and leaves their results unread in many ways. The process must exit with
// code 0 and without an error message. An unhandled rejection would end it with code 1.
import process from 'node:process'
import {
  type AnalysisStream,
  pipeToResponse,
  toNodeReadable,
  VecTrade,
  type VecTradeOptions,
} from '../../index.ts'

const {
  SANDBOX_URL: baseURL = '',
  SANDBOX_KEY: apiKey = '',
  REFUSED_URL: refused = '',
} = process.env

/** The requests of all clients: how many began, and how many of them got a response or failed. */
const requests = { begun: 0, over: 0 }
const { fetch: send } = globalThis
globalThis.fetch = async (...parameters) => {
  requests.begun += 1
  try {
    return await send(...parameters)
  } finally {
    requests.over += 1
  }
}

const failures: [string, VecTradeOptions][] = [
  ['status=401', {}],
  ['status=503; retryAfterMs=1', { maxRetries: 1 }],
  ['status=307; location=http://127.0.0.1:1/', {}],
  ['contentType=text/html', {}],
  ['destroy=rst', {}],
  ['hang', { timeout: 50 }],
  ['stallAfterEvents=1', { heartbeatTimeout: 50 }],
  ['cutAfterEvents=1; cut=rst', {}],
  ['cutAfterEvents=0; cut=clean', {}],
  ['errorAfterEvents=1', {}],
  ['malformedAfterEvents=0', {}],
  ['oversize=5000', { maxEventBytes: 1000 }],
  ['', { baseURL: refused }],
]

/** Ways to use a stream. Their promises are not awaited. */
const uses: ((stream: AnalysisStream, client: VecTrade) => unknown)[] = [
  (stream) => stream.response,
  (stream) => [stream.response, stream.response, stream.finalText()],
  (stream) => stream.finalText(),
  (stream) => stream.finalAnalysis(),
  (stream) => [stream.finalText(), stream.finalText()],
  (stream) => stream[Symbol.asyncIterator]().next(),
  (stream) => {
    const iterator = stream[Symbol.asyncIterator]()
    return [iterator.next(), iterator.next(), iterator.next()]
  },
  (stream) => {
    const iterator = stream.textStream[Symbol.asyncIterator]()
    return [iterator.next(), iterator.return?.()]
  },
  (stream) => [stream.finalText(), stream.cancel()],
  (stream) => [stream.response, stream.cancel()],
  (stream) => stream.tee(),
  (stream) => stream.tee().map((branch) => [branch.response, branch.finalText()]),
  (stream) => {
    const [left, right] = stream.tee()
    return [left.finalText(), right.cancel()]
  },
  (stream) => stream.tee().flatMap((branch) => branch.tee().map((each) => each.finalText())),
  (stream) => stream.toReadableStream(),
  (stream) => stream.toReadableStream().getReader().read(),
  (stream) => stream.toReadableStream().tee()[0].getReader().read(),
  (stream) => stream.toResponse(),
  (stream) => stream.toResponse().text(),
  (stream) => toNodeReadable(stream),
  (stream) => toNodeReadable(stream).resume(),
  (stream) => toNodeReadable(stream).destroy(),
  (stream, client) => [stream.finalText(), client.close()],
  (_, client) => [client.ai.analyze('Not awaited'), client.ai.analyze('Not awaited either')],
]

const abortedLater = new AbortController()
let streams = 0
for (const [fault, options] of failures) {
  for (const use of uses) {
    const headers = { 'x-sandbox-fault': fault }
    const client = new VecTrade({ apiKey, baseURL, maxRetries: 0, headers, ...options })
    for (const signal of [undefined, abortedLater.signal, AbortSignal.abort()]) {
      use(client.ai.stream('A prompt whose answer is not read', { signal }), client)
      streams += 1
    }
  }
}

// The stream that is piped to a response fails, too.
const { createServer } = await import('node:http')
const server = createServer((req, res) => {
  const headers = { 'x-sandbox-fault': 'cutAfterEvents=1' }
  const client = new VecTrade({ apiKey, baseURL, headers })
  void pipeToResponse(client.ai.stream('Piped'), res, { req })
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  void fetch(`http://127.0.0.1:${port}/`).then(async (response) => {
    await response.text()
    server.close()
  })
})

process.on('exit', (code) => {
  if (code === 0) process.stdout.write(`${streams} streams, ${requests.begun} requests`)
})

await allOver()
abortedLater.abort()
await allOver()
// Some sockets are still open, such as one that belongs to an unread readable.
process.exit()

/** Waits until all requests are over, and for a second nothing more has begun or ended, such as a retry. */
async function allOver(): Promise<void> {
  let before = ''
  for (let looks = 0; looks < 10; looks += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    const now = [requests.begun, process.getActiveResourcesInfo().length].join()
    if (now !== before || requests.over < requests.begun) looks = -1
    before = now
  }
}
