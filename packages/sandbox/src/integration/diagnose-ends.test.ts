import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { freePort } from '@vectrade/test-kit/free-port'
import { chunk, lastChunk, startRawServer, streamHead } from '@vectrade/test-kit/raw-server'
import { describe, expect, test } from 'vitest'
import { diagnoseEndpoint } from '../diagnose/diagnose-endpoint.ts'
import type { DiagnoseOptions } from '../diagnose/diagnose-options.ts'
import { startSandbox } from '../server.ts'
import { startIdleProxy } from '../test-support/idle-proxy.ts'

const text = (content: string): string => `data: {"type":"text","content":"${content}"}\n\n`

/** Diagnoses a server that answers on a bare socket. */
async function diagnose(answer: (socket: Socket) => void, options: DiagnoseOptions = {}) {
  await using server = await startRawServer(answer)
  return await diagnoseEndpoint(server.url, options)
}

describe.concurrent('a proxy with an idle limit of 5 s', () => {
  test('cuts an answer that is silent for longer', async () => {
    await using sandbox = await startSandbox({ heartbeat: 0, faults: { stallAfterEvents: 9 } })
    await using proxy = await startIdleProxy(Number(new URL(sandbox.url).port), 5000)
    const { findings } = await diagnoseEndpoint(`${proxy.origin}/v1/ai/analyze`, {
      headers: { 'x-api-key': sandbox.apiKey, host: new URL(sandbox.url).host },
    })
    expect(findings).toMatchObject([{ type: 'cut', cause: 'idle', ending: 'broken' }])
    const [finding] = findings
    if (finding?.type !== 'cut') return expect.fail()
    expect(finding.silence).toBeGreaterThan(4000)
    expect(finding.silence).toBeLessThan(20_000)
  })

  test('cuts live data in a closed market, and not if heartbeats come more often', async () => {
    await using sandbox = await startSandbox({ live: { market: 'closed' } })
    await using proxy = await startIdleProxy(Number(new URL(sandbox.url).port), 5000)
    const live = async (heartbeat: number) => {
      const { findings } = await diagnoseEndpoint(`${proxy.origin}/v1/live?symbols=NVDA`, {
        method: 'GET',
        idle: 12_000,
        headers: {
          'x-api-key': sandbox.apiKey,
          host: new URL(sandbox.url).host,
          'x-sandbox-fault': `heartbeat=${heartbeat}`,
        },
      })
      return findings
    }
    const [often, seldom] = await Promise.all([live(500), live(15_000)])
    expect(often).toEqual([])
    expect(seldom).toMatchObject([{ type: 'cut', cause: 'idle' }])
    expect(seldom[0]?.advice[0]?.set).toContain('heartbeat')
  })
})

describe.concurrent('the end of a response', () => {
  test.each(['rst', 'fin'] as const)(
    'by a %s between events is a cut, but not an idle one',
    async (cut) => {
      await using sandbox = await startSandbox({ faults: { cutAfterEvents: 20, cut } })
      const { findings } = await diagnoseEndpoint(`${sandbox.url}/ai/analyze`, {
        headers: { 'x-api-key': sandbox.apiKey },
      })
      expect(findings).toMatchObject([{ type: 'cut', cause: 'unknown', ending: 'broken' }])
    },
  )

  test('without the end of the answer is a cut of a POST, and none of a GET', async () => {
    const answer = (socket: Socket): void => {
      socket.end(streamHead + chunk(text('a')) + lastChunk)
    }
    const post = await diagnose(answer)
    expect(post.findings).toMatchObject([{ type: 'cut', cause: 'unknown', ending: 'clean' }])
    const get = await diagnose(answer, { method: 'GET' })
    expect(get.findings).toMatchObject([{ type: 'cannot-tell', events: 1 }])
  })

  test('after the end of an answer is waited for only briefly', async () => {
    const { measured } = await diagnose((socket) => {
      socket.write(streamHead + chunk(`${text('a')}data: [DONE]\n\n`))
    })
    expect(measured).toMatchObject({ ending: 'answered', events: 2 })
  })

  test('by an error event names neither a proxy nor the error', async () => {
    const { findings } = await diagnose((socket) => {
      const data = '{"error":{"type":"server_error","message":"do not print me"}}'
      socket.end(streamHead + chunk(`${text('a')}event: error\ndata: ${data}\n\n`) + lastChunk)
    })
    expect(findings).toMatchObject([{ type: 'error-event' }])
    expect(JSON.stringify(findings)).not.toContain('print me')
  })

  test('that does not come is silence: of everything, of bytes, or of events', async () => {
    const missing = async (sent: string) => {
      const { findings } = await diagnose((socket) => socket.write(sent), { idle: 4000 })
      const [finding] = findings
      return finding?.type === 'silent' ? finding.missing : findings
    }
    expect(await Promise.all(['', streamHead, streamHead + chunk(text('a'))].map(missing))).toEqual(
      ['response', 'bytes', 'events'],
    )
  })
})

describe.concurrent('a response that is no stream', () => {
  test('has a length, because a program has collected the answer', async () => {
    await using sandbox = await startSandbox()
    const collecting = createServer((_request, response) => {
      const init = {
        method: 'POST',
        headers: { 'x-api-key': sandbox.apiKey },
        body: '{"prompt":"NVDA?","stream":true}',
      }
      void fetch(`${sandbox.url}/ai/analyze`, init)
        .then((answer) => answer.text())
        .then((all) => {
          const length = Buffer.byteLength(all)
          response.writeHead(200, { 'content-type': 'text/event-stream', 'content-length': length })
          response.end(all)
        })
    }).listen(0, '127.0.0.1')
    await expect.poll(() => collecting.listening).toBe(true)
    const { port } = collecting.address() as AddressInfo
    const { findings, measured } = await diagnoseEndpoint(`http://127.0.0.1:${port}/api`)
    expect(findings).toMatchObject([{ type: 'content-length', length: measured.bytes }])
    collecting.close()
  })

  test.each([
    ['404 Not Found', 'text/html', { type: 'refused', status: 404 }],
    ['302 Found', 'text/html', { type: 'refused', status: 302 }],
    ['503 Service Unavailable', 'text/html', { type: 'refused', status: 503 }],
    ['200 OK', 'text/html', { type: 'wrong-content-type', contentType: 'text/html' }],
    ['200 OK', 'application/json', { type: 'wrong-content-type', contentType: 'application/json' }],
  ])('but %s with %s', async (status, type, finding) => {
    const head = `HTTP/1.1 ${status}\r\nlocation: /?token=do-not-print-me\r\ncontent-type: ${type}`
    const answer = `${head}\r\ncontent-length: 2\r\n\r\n{}`
    const { findings } = await diagnose((socket) => socket.write(answer))
    expect(findings).toMatchObject([finding])
    expect(findings[0]?.advice).toHaveLength(1)
    expect(JSON.stringify(findings)).not.toContain('print-me')
  })

  test('or none at all', async () => {
    const port = await freePort()
    const { ok, findings } = await diagnoseEndpoint(`http://127.0.0.1:${port}/`)
    expect(ok).toBe(false)
    expect(findings).toMatchObject([{ type: 'unreachable', code: 'ECONNREFUSED' }])
  })
})

test('an aborted signal ends a diagnosis with its reason', async () => {
  const stop = new AbortController()
  const reason = new Error('enough')
  const answer = (socket: Socket): void => {
    socket.write(streamHead + chunk(text('a')), () => stop.abort(reason))
  }
  await expect(diagnose(answer, { signal: stop.signal })).rejects.toBe(reason)
  await expect(diagnose(answer, { signal: stop.signal })).rejects.toBe(reason)
})
