import type { VecTrade } from '@vectrade/core'
import { chunk, lastChunk } from '@vectrade/test-kit/raw-server'
import { type Answer, answer, eventStream } from '../hostile-server.ts'
import { marks } from '../marks.ts'
import type { Lab, Situation } from '../situation.ts'

const { credential, prompt, payload } = marks

const firstEvent = `id: 1\ndata: {"type":"text","content":"${payload}"}\n\n`

/** A faulty endpoint that stores streams. */
const storing =
  (after: Answer): Answer =>
  (socket, request) => {
    if (request.startsWith('POST')) {
      socket.end(eventStream(firstEvent, `x-vectrade-stream-id: ${'a'.repeat(22)}\r\n`))
    } else if (typeof after === 'string') socket.end(after)
    else after(socket, request)
  }

const endpointClient = (lab: Lab, endpoint: Answer): VecTrade =>
  new lab.Client({
    endpoint: lab.server.at(endpoint),
    headers: { authorization: `Bearer ${credential}` },
    logger: lab.logger,
  })

const quoting = JSON.stringify({
  error: { type: credential, message: `Bad ${credential}` },
  details: prompt,
})

/** Streams that cannot be resumed. */
export const resuming: readonly Situation[] = [
  ...[401, 403, 404, 410, 422].flatMap((status): Situation[] => [
    {
      name: `resumed after a cut: ${status}`,
      quotes: true,
      run: (lab) =>
        endpointClient(lab, storing(answer(status, quoting)))
          .ai.stream(prompt)
          .finalText(),
    },
    {
      name: `resumed in another program: ${status}`,
      quotes: true,
      run: (lab) => endpointClient(lab, answer(status, quoting)).ai.resume(payload).finalText(),
    },
    {
      name: `stopped: ${status}`,
      quotes: true,
      run: async (lab) => {
        const stream = endpointClient(lab, answer(status, quoting)).ai.resume(payload)
        await stream.stop()
        return stream
      },
    },
  ]),
  {
    name: 'resumed: an error event',
    quotes: true,
    run: (lab) =>
      endpointClient(
        lab,
        storing(eventStream('') + chunk(`event: error\ndata: ${quoting}\n\n`) + lastChunk),
      )
        .ai.stream(prompt)
        .finalText(),
  },
  {
    name: 'resumed: a page',
    quotes: true,
    run: (lab) =>
      endpointClient(lab, storing(answer(200, `<h1>${payload}`, { 'content-type': credential })))
        .ai.stream(prompt)
        .finalText(),
  },
  {
    name: 'resumed: a redirect to another origin',
    quotes: true,
    run: (lab) =>
      endpointClient(lab, storing(answer(307, '', { location: `http://${credential}.example/` })))
        .ai.stream(prompt)
        .finalText(),
  },
]
