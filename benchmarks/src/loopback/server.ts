// A process of its own that answers on loopback. The path's first part says how:
//   /first/…              one event, the rest 2 ms later
//   /live/<streams>/<events>/…  an event every 50 ms, beginning once so many streams are open
//   /held/…               one event and no end
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { liveMessage } from './live.ts'
import { createPayload, toMessages } from '../payload.ts'

const interval = 50
const steps = 10
const answer = toMessages(createPayload(20))

const waiting: ServerResponse[] = []

const server = createServer((request, response) => {
  request.resume()
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  const [, kind, streams, events] = (request.url ?? '').split('/')
  if (kind === 'first') {
    response.write(answer[0])
    setTimeout(() => response.end(answer.slice(1).join('')), 2)
  } else if (kind === 'held') {
    response.write(answer[0])
  } else {
    response.write(liveMessage(0))
    waiting.push(response)
    if (waiting.length === Number(streams)) tell(waiting.splice(0), Number(events))
  }
})

/** Sends all of them the same, but not at the same moment: a tenth of them every 5 ms. */
function tell(responses: ServerResponse[], events: number): void {
  let tick = 0
  const timer = setInterval(() => {
    const number = Math.floor(tick / steps) + 1
    for (let index = tick % steps; index < responses.length; index += steps) {
      if (number < events) responses[index]!.write(liveMessage(number))
      else responses[index]!.end('data: [DONE]\n\n')
    }
    if (number === events && tick % steps === steps - 1) clearInterval(timer)
    tick += 1
  }, interval / steps)
}

server.listen(0, '127.0.0.1', 4096, () => {
  process.send?.((server.address() as AddressInfo).port)
})
// Whoever started this is gone.
process.on('disconnect', () => process.exit())
