import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { end, endWithThisProcess } from '@vectrade/test-kit/end-with-this-process'
import { build } from 'esbuild'
import type { Proof } from '../proof.ts'
import { type Upload, uploadForever } from './upload-forever.ts'

const bin = join(import.meta.dirname, '../../node_modules')
const deno = [join(bin, '.bin/deno'), 'run', '--allow-net', '--allow-env', '--no-lock']

interface Server {
  name: string
  command: readonly string[]
  serves: 'node:http' | 'own'
  /** Why this server reads everything that it is sent. */
  gap?: string
}

const servers: readonly Server[] = [
  ...[22, 24, 26].map((major) => ({
    name: `Node ${major}`,
    command: [join(bin, `node${major}/bin/node`)],
    serves: 'node:http' as const,
  })),
  { name: 'node:http of Bun', command: [join(bin, '.bin/bun')], serves: 'node:http' },
  { name: 'node:http of Deno', command: deno, serves: 'node:http' },
  {
    name: 'Bun.serve',
    command: [join(bin, '.bin/bun')],
    serves: 'own',
    gap: 'reads endlessly after an answer, and a handler cannot stop it',
  },
  {
    name: 'Deno.serve',
    command: deno,
    serves: 'own',
    gap: 'reads endlessly after an answer, and a handler cannot stop it',
  },
]

/** MB that are thrown away, plus the buffers of the sockets between two processes of this machine. */
const most = 24
/** ms that a server may take to close a connection, and ms to watch a server that never closes it. */
const patience = 20_000
const watched = { short: 3_000, long: 20_000 }

/** Proves that a server does not read endlessly from a refused client. */
export const uploads: Proof = {
  name: 'uploads',
  promise: 'A refused client that keeps sending gets its answer, and the connection is closed',
  async run(form) {
    const folder = await mkdtemp(join(tmpdir(), 'vectrade-uploads-'))
    const figures: Record<string, number> = {}
    const failures: string[] = []
    try {
      const program = join(folder, 'serve.mjs')
      await writeFile(program, await bundle())
      for (const server of servers) {
        const ms = server.gap === undefined ? patience : watched[form]
        const { sent, isClosed, answer } = await upload(program, server, ms)
        const megabytes = Math.round(sent / 1e5) / 10
        figures[`${server.name}: taken (MB)`] = megabytes
        const isAnswered = answer.startsWith('HTTP/1.1 401')
        const holds = isAnswered && isClosed && megabytes <= most
        const what = `${megabytes} MB, ${isClosed ? 'closed' : 'open'}, ${answer.slice(0, 12)}`
        if (server.gap === undefined && !holds) failures.push(`${server.name}: ${what}`)
        // Then remove the gap, here and in the documentation.
        if (server.gap !== undefined && holds) failures.push(`${server.name} closes now: ${what}`)
      }
    } finally {
      await rm(folder, { recursive: true })
    }
    return { figures, failures }
  },
}

async function upload(program: string, { command, serves }: Server, ms: number): Promise<Upload> {
  const [file = '', ...flags] = command
  const child = spawn(file, [...flags, program, serves], { stdio: ['ignore', 'pipe', 'ignore'] })
  endWithThisProcess(child)
  try {
    const [port] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
    return await uploadForever(Number(port), ms)
  } finally {
    await end(child)
  }
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'programs/serve.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'es2022',
    external: ['undici'],
    conditions: ['@vectrade/source'],
  })
  return outputFiles[0]?.text ?? ''
}
