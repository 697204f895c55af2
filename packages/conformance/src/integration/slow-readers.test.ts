import { execFile } from 'node:child_process'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import process from 'node:process'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packageRoot } from '../launch/child.ts'
import { nodeOf } from '../launch/node.ts'

const head = 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: text/event-stream\r\n'

/** An answer of 1,036 bytes an event. */
function answer(events: number): Buffer {
  const event = `data: ${JSON.stringify({ type: 'text', content: 'x'.repeat(1000) })}\n\n`
  return Buffer.from(`${event.repeat(events)}data: [DONE]\n\n`)
}

/** Responses by their path, each in several lengths. */
const responses: Record<string, (events: number) => [string, Buffer]> = {
  eof: (events) => [head, answer(events)],
  length: (events) => [`${head}content-length: ${answer(events).length}\r\n`, answer(events)],
  cut: (events) => {
    // Without its end: with it, the answer would be complete.
    const body = answer(events)
    return [
      `${head}content-length: ${body.length}\r\n`,
      body.subarray(0, -'data: [DONE]\n\n'.length),
    ]
  },
  // 300 kB that unpack to 134 MB.
  bomb: (events) => [`${head}content-encoding: gzip\r\n`, gzipSync(answer(events * 1000))],
  codings: (events) => [`${head}content-encoding: ${'gzip, '.repeat(5)}gzip\r\n`, answer(events)],
}

let server: Server
let port: number
/** Requests that came in the form that a proxy receives. */
let proxied = 0
beforeAll(async () => {
  server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      const request = bytes.toString()
      if (/^CONNECT |^POST http:/.test(request)) proxied += 1
      if (request.startsWith('CONNECT ')) {
        // The server is its own proxy: the next bytes are the request.
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        return
      }
      const [, name = '', events = ''] = /^POST \S*\/(\w+)\/(\d+)\//.exec(request) ?? []
      const response = responses[name]?.(Number(events))
      // This is the body of a request that has already been answered.
      if (response === undefined) return
      socket.write(`${response[0]}\r\n`)
      socket.end(response[1])
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  port = (server.address() as { port: number }).port
})
afterAll(() => {
  server.close()
})

/** Numbers of events. Node's fetch stops reading after about 130 kB, depending on the system. */
const lengths = [124, 126, 128, 130, 132, 134]

interface Reading {
  by?: 'client' | 'fetch'
  env?: Record<string, string>
}

/**
 * Reads responses slowly in a separate process. Returns how the process and each response ended.
 */
function readSlowly(
  major: 22 | 24 | 26,
  how: string,
  { by = 'client', env = {} }: Reading = {},
): Promise<{ code: unknown; stderr: string; outcomes: string[] }> {
  const program = join(packageRoot, 'src/integration/test-support/programs/read-slowly.ts')
  const flags = ['--conditions=@vectrade/source', '--disable-warning=ExperimentalWarning']
  const { NODE_OPTIONS: _, VITEST: __, ...inherited } = process.env
  // One bomb is enough to unpack.
  const events = how === 'bomb' ? [130] : lengths
  const urls = events.map((length) => `http://127.0.0.1:${port}/${how}/${length}`)
  return new Promise((resolve) => {
    execFile(
      nodeOf(major),
      [...flags, program, by, ...urls],
      { env: { ...inherited, ...env }, timeout: 120_000 },
      (error, stdout, stderr) => {
        const outcomes = new Set(stdout.trim().split('\n'))
        resolve({ code: error?.code ?? 0, stderr, outcomes: [...outcomes] })
      },
    )
  })
}

describe.for([22, 24, 26] as const)('a process of Node %i survives a slow reader of', (major) => {
  test.for([
    ['an answer that ends with its connection', 'eof', 'complete'],
    ['an answer with a Content-Length', 'length', 'complete'],
    ['an answer shorter than its Content-Length', 'cut', 'StreamInterruptedError'],
    ['a gzip bomb', 'bomb', 'complete'],
    ['six content codings', 'codings', 'StreamProtocolError'],
  ] as const)('%s', async ([, how, outcome]) => {
    const ended = await readSlowly(major, how)
    expect(ended).toEqual({ code: 0, stderr: '', outcomes: [outcome] })
  })

  test('an answer that comes through the proxy of the environment', async () => {
    const before = proxied
    const env = {
      NODE_USE_ENV_PROXY: '1',
      HTTP_PROXY: `http://127.0.0.1:${port}`,
      NO_PROXY: '',
    }
    // Node warns about the flag itself.
    const { code, outcomes } = await readSlowly(major, 'length', { env })
    expect({ code, outcomes }).toEqual({ code: 0, outcomes: ['complete'] })
    expect(proxied).toBe(before + lengths.length)
  })
})

// When one of these fails, that version of Node no longer needs the agent of packages/node.
test.for([22, 24] as const)('bare fetch still ends a process of Node %i', async (major) => {
  const { code, stderr } = await readSlowly(major, 'length', { by: 'fetch' })
  expect(code).toBe(1)
  expect(stderr).toContain('assert(!this.paused)')
})
