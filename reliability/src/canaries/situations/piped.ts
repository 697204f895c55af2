import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeToResponse, toNodeHandler, toNodeReadable } from '@vectrade/node'
import { type Answer, answer, eventStream } from '../hostile-server.ts'
import { marks } from '../marks.ts'
import { failureOf, type Lab, Sent, type Situation } from '../situation.ts'
import { bodies } from './answers.ts'

const { key, prompt, payload, own } = marks

/** Returns the text that a client of a Node server receives. */
async function through(serve: Parameters<typeof createServer>[1]): Promise<Sent> {
  const server = createServer(serve as never)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const response = await fetch(`http://127.0.0.1:${port}/`)
  const text = await response.text().catch(() => 'cut')
  server.closeAllConnections()
  server.close()
  return new Sent(`${response.status} ${JSON.stringify([...response.headers])} ${text}`)
}

const upstreams: Record<string, Answer> = {
  'an error': answer(401, bodies['documented'] ?? ''),
  'an error later': eventStream(
    `data: {"type":"text","content":"${payload}"}\n\nevent: error\ndata: ${bodies['gateway']}\n\n`,
  ),
  'a cut': eventStream(''),
}

/** Node's own servers. */
export const piped: readonly Situation[] = [
  ...Object.entries(upstreams).flatMap(([what, upstream]): Situation[] => [
    {
      name: `piped: ${what}`,
      run: (lab) =>
        through(
          (req, res) => void pipeToResponse(lab.client(upstream).ai.stream(prompt), res, { req }),
        ),
    },
    {
      name: `a stream of Node's: ${what}`,
      quotes: true,
      run: (lab: Lab) =>
        failureOf(async () => {
          for await (const _ of toNodeReadable(lab.client(upstream).ai.stream(prompt)));
          throw new Error('The error event is in the bytes')
        }),
    },
  ]),
  {
    name: 'a handler that throws',
    run: () =>
      through(
        toNodeHandler(() => {
          throw new Error(`${own} ${key}`)
        }),
      ),
  },
  {
    name: 'piped: an invalid response',
    run: (lab) => failureOf(pipeToResponse(lab.client('').ai.stream(prompt), { payload } as never)),
  },
  {
    name: 'piped: an invalid stream',
    run: () => through((_, res) => void pipeToResponse(own as never, res).catch(() => res.end())),
  },
]
