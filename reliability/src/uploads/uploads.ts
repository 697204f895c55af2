import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { end } from '@vectrade/test-kit/end-with-this-process'
import type { Proof } from '../proof.ts'
import { startOn } from '../run-on.ts'
import type { Runtime } from '../runtimes.ts'
import { type Upload, uploadForever } from './upload-forever.ts'

const program = join(import.meta.dirname, 'programs/serve.ts')

interface Server {
  name: string
  runtime: Runtime
  serves: 'node:http' | 'own'
  /** Why this server reads everything that it is sent. */
  gap?: string
}

const gap = 'reads endlessly after an answer, and a handler cannot stop it'

const servers: readonly Server[] = [
  { name: 'Node 22', runtime: 'Node 22', serves: 'node:http' },
  { name: 'Node 24', runtime: 'Node 24', serves: 'node:http' },
  { name: 'Node 26', runtime: 'Node 26', serves: 'node:http' },
  { name: 'node:http of Bun', runtime: 'Bun', serves: 'node:http' },
  { name: 'node:http of Deno', runtime: 'Deno', serves: 'node:http' },
  { name: 'Bun.serve', runtime: 'Bun', serves: 'own', gap },
  { name: 'Deno.serve', runtime: 'Deno', serves: 'own', gap },
]

/** MB that are thrown away, plus the buffers of the sockets between two processes of this machine. */
const most = 24
/** ms that a server may take to close a connection, and ms to watch a server that never closes it. */
const patience = 60_000
const watched = { short: 3_000, long: 20_000 }

/** Proves that a server does not read endlessly from a refused client. */
export const uploads: Proof = {
  name: 'uploads',
  promise: 'A refused client that keeps sending gets its answer, and the connection is closed',
  async run(form) {
    const figures: Record<string, number> = {}
    const failures: string[] = []
    for (const server of servers) {
      const ms = server.gap === undefined ? patience : watched[form]
      const { sent, isClosed, answer } = await upload(server, ms)
      const megabytes = Math.round(sent / 1e5) / 10
      figures[`${server.name}: taken (MB)`] = megabytes
      const isAnswered = answer.startsWith('HTTP/1.1 401')
      const holds = isAnswered && isClosed && megabytes <= most
      const what = `${megabytes} MB, ${isClosed ? 'closed' : 'open'}, ${answer.slice(0, 12)}`
      if (server.gap === undefined && !holds) failures.push(`${server.name}: ${what}`)
      // Then remove the gap, here and in the documentation.
      if (server.gap !== undefined && holds) failures.push(`${server.name} closes now: ${what}`)
    }
    return { figures, failures }
  },
}

async function upload({ runtime, serves }: Server, ms: number): Promise<Upload> {
  const child = startOn(runtime, { program, parameters: [serves] })
  child.stderr.resume()
  try {
    const [port] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
    return await uploadForever(Number(port), ms)
  } finally {
    await end(child)
  }
}
