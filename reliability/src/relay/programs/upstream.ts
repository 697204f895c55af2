// Stands in for VecTrade. A prompt is `<kind> <number>`: `reads` and `leaves` are answered with numbered
// pieces of text at a steady pace, `stalls` faster, for as long as the connection takes it.
// Arguments: how many pieces a second, and how many kB every 25 ms to a stalled reader.
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import process from 'node:process'
import { json } from 'node:stream/consumers'
import { serveCalls } from '../../program.ts'
import { monotonic } from '../monotonic.ts'

interface Answer {
  prompt: string
  response: ServerResponse
  sent: number
  bytes: number
}

const perSecond = Number(process.argv[2])
/** ms between two rounds, each of which writes to some of the steady answers. */
const roundTime = 25
const rounds = Math.round(1000 / perSecond / roundTime)

const answers = new Set<Answer>()
/** The time at which each incomplete answer was closed, by prompt. */
const closings: Record<string, number> = {}

function send(answer: Answer): void {
  answer.sent += 1
  const event = { type: 'text', content: `${answer.sent} ${monotonic()} 台積電 📈` }
  answer.response.write(`data: ${JSON.stringify(event)}\n\n`)
}

/** The bytes of one write to a stalled reader. */
const block = Buffer.from(
  `data: {"type":"text","content":"${'x'.repeat(1000)}"}\n\n`.repeat(Number(process.argv[3])),
)

/** Sends more unless the connection is full. */
function flood(answer: Answer): void {
  if (answer.response.writableNeedDrain) return
  answer.bytes += block.length
  answer.response.write(block)
}

const server = createServer((request, response) => {
  void json(request).then((body) => {
    const { prompt } = body as { prompt: string }
    const answer = { prompt, response, sent: 0, bytes: 0 }
    answers.add(answer)
    response.once('close', () => {
      answers.delete(answer)
      if (!response.writableEnded) closings[prompt] = monotonic()
    })
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    send(answer)
  })
})
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 })
await once(server, 'listening')

let isLive = false
let round = 0
setInterval(() => {
  let at = 0
  for (const answer of answers) {
    at += 1
    if (answer.prompt.startsWith('stalls')) flood(answer)
    else if (isLive && at % rounds === round % rounds) send(answer)
  }
  round += 1
}, roundTime)

const stalled = (): Answer[] => [...answers].filter(({ prompt }) => prompt.startsWith('stalls'))

serveCalls({
  url: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
  /** Starts the steady pace. Before that, an answer has only its first piece, because opening takes long. */
  goLive() {
    isLive = true
  },
  running: () => answers.size,
  closings: () => closings,
  /** Returns the bytes that each answer to a stalled reader has sent. */
  flooded: () => stalled().map(({ bytes }) => bytes),
  /** Completes the answers that are read to the end. */
  complete() {
    for (const { prompt, response, sent } of answers) {
      if (!prompt.startsWith('reads')) continue
      const done = { type: 'done', usage: { completion_tokens: sent } }
      response.end(`data: ${JSON.stringify(done)}\n\ndata: [DONE]\n\n`)
    }
  },
})
