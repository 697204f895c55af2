import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { startOn } from '../run-on.ts'
import type { Platform } from './platforms.ts'
import { trustedAuthority } from './start-cell.ts'

/** ms without a message after which a program counts as stuck. */
const patience = 60_000

/** Answers a program's questions, by path and body. */
export type Answer = (path: string, body: unknown) => Promise<unknown>

/**
 * Runs the program of a platform to its end.
 *
 * @returns undefined, or the last output of a program that died before it reported its end
 */
export async function runProgram(
  platform: Platform,
  workers: number,
  answer: Answer,
): Promise<string | undefined> {
  let isAtEnd = false
  let stuck: NodeJS.Timeout | undefined
  const control = createServer((request, response) => {
    stuck?.refresh()
    const path = request.url ?? ''
    json(request)
      .then((body) => answer(path, body))
      .then((value) => {
        if (path === '/end') isAtEnd = true
        response.setHeader('content-type', 'application/json').end(JSON.stringify(value))
      })
      .catch((error: unknown) => response.destroy(error as Error))
  })
  control.keepAliveTimeout = 300_000
  control.listen(0, '127.0.0.1')
  await once(control, 'listening')
  const url = `http://127.0.0.1:${(control.address() as AddressInfo).port}`

  const child = startOn(platform.runtime, {
    program: platform.program,
    parameters: [url, String(workers)],
    env: { NODE_EXTRA_CA_CERTS: trustedAuthority, DENO_CERT: trustedAuthority },
  })
  let said = ''
  for (const output of [child.stdout, child.stderr]) {
    output.on('data', (bytes: Buffer) => {
      said = (said + bytes.toString()).slice(-2_000)
    })
  }
  stuck = setTimeout(() => {
    said += `\nno message for ${patience} ms`
    child.kill('SIGKILL')
  }, patience)
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
    return isAtEnd ? undefined : `${platform.name} ended with ${code ?? signal}: ${said.trim()}`
  } finally {
    clearTimeout(stuck)
    control.closeAllConnections()
    control.close()
  }
}
