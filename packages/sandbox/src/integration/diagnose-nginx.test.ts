import { type Nginx, nginxTimeout, startNginx } from '@vectrade/test-kit/nginx'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { diagnoseEndpoint } from '../diagnose/diagnose-endpoint.ts'
import type { DiagnoseOptions } from '../diagnose/diagnose-options.ts'
import { formatFault } from '../fault-syntax.ts'
import type { Fault } from '../faults.ts'
import { formatLiveFault } from '../live/live-fault-syntax.ts'
import { type Sandbox, startSandbox } from '../server.ts'

// An answer of 159 events in about 8 s, so that no pause of a busy machine looks like a buffer.
let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox({ tokensPerSecond: 20, live: { interval: 100 } })
})
afterAll(() => sandbox.close())

const buffering = 'proxy_buffering on; proxy_ignore_headers X-Accel-Buffering;'
const gzip = 'gzip on; gzip_min_length 0; gzip_types text/event-stream;'

/** Starts nginx in front of the sandbox. */
function nginxWith(settings: string): Promise<Nginx> {
  const { host } = new URL(sandbox.url)
  return startNginx(`location / { proxy_pass http://${host}; ${settings} }`)
}

async function diagnose(settings: string, fault: Fault = {}, options: DiagnoseOptions = {}) {
  await using nginx = await nginxWith(settings)
  const path = options.method === 'GET' ? '/v1/live?symbols=NVDA,AMD,VQTEST' : '/v1/ai/analyze'
  const headers = { 'x-api-key': sandbox.apiKey, 'x-sandbox-fault': formatFault(fault) }
  return await diagnoseEndpoint(nginx.origin + path, { headers, ...options })
}

describe.concurrent('an answer through nginx', { timeout: nginxTimeout }, () => {
  test.for(['', 'proxy_buffering off;'])('with "%s" comes in time', async (settings) => {
    const { ok, findings, measured } = await diagnose(settings)
    expect(findings).toEqual([])
    expect(ok).toBe(true)
    expect(measured).toMatchObject({ ending: 'answered', hops: ['nginx'], events: 159 })
    // The sandbox asks nginx not to buffer. nginx keeps that header to itself.
    expect(measured.head).toMatchObject({ isChunked: true, noTransform: true, noBuffering: false })
  })

  test('with buffering is held, in pieces that end in the middle of a line', async () => {
    const { ok, findings } = await diagnose(buffering)
    expect(ok).toBe(false)
    expect(findings).toMatchObject([
      { type: 'buffered', evidence: 'broken-lines', certainty: 'certain' },
    ])
    const [finding] = findings
    expect(finding?.advice[0]).toMatchObject({ where: 'nginx' })
    expect(finding?.advice[0]?.set).toContain('proxy_buffering off;')
  })

  test('with a large buffer probably is held: it comes in one burst', async () => {
    const { findings, measured } = await diagnose(
      `${buffering} proxy_buffer_size 64k; proxy_buffers 8 64k; proxy_busy_buffers_size 64k;`,
    )
    expect(findings).toMatchObject([
      { type: 'buffered', evidence: 'burst', certainty: 'likely', eventsAtOnce: 159 },
    ])
    expect(measured.firstEventAt).toBeGreaterThan(5000)
  })

  test('with heartbeats that arrive at once certainly is held', async () => {
    const { findings } = await diagnose(buffering, {
      tokensPerSecond: 0,
      stallAfterEvents: 9,
      stallFor: 5000,
      heartbeat: 1000,
    })
    expect(findings).toMatchObject([
      { type: 'buffered', evidence: 'heartbeats', certainty: 'certain' },
    ])
  })

  test('with compression is compressed, and in time if nginx does not buffer', async () => {
    const { findings, measured } = await diagnose(gzip)
    expect(findings).toMatchObject([{ type: 'compressed', encoding: 'gzip' }])
    expect(findings[0]?.message).toContain('came in time all the same')
    // The sandbox forbids compression, so only nginx can change something.
    expect(findings[0]?.advice.map(({ where }) => where)).toEqual(['nginx'])
    expect(findings[0]?.advice[0]?.set).toContain('gzip off;')
    expect(measured).toMatchObject({ ending: 'answered', events: 159 })
  })

  test('with compression and buffering is compressed and held', async () => {
    const { findings, measured } = await diagnose(gzip + buffering)
    expect(findings.map(({ type }) => type)).toEqual(['buffered', 'compressed'])
    expect(measured).toMatchObject({ ending: 'answered', events: 159 })
  })

  test('that is fast gives no verdict, with buffering or without', async () => {
    for (const settings of ['', buffering]) {
      const { ok, findings } = await diagnose(settings, { tokensPerSecond: 0 })
      expect(ok).toBe(false)
      expect(findings).toMatchObject([{ type: 'cannot-tell', events: 159 }])
      expect(findings[0]?.advice[0]?.set).toContain('--tokens-per-second')
    }
  })

  test('is cut after 5 s of silence by an idle limit', async () => {
    const fault = { stallAfterEvents: 40, heartbeat: 0 }
    const { findings } = await diagnose('proxy_read_timeout 5s;', fault)
    expect(findings).toMatchObject([{ type: 'cut', cause: 'idle', ending: 'broken' }])
    const [finding] = findings
    if (finding?.type !== 'cut') return expect.fail()
    expect(finding.silence).toBeGreaterThan(4000)
    expect(finding.silence).toBeLessThan(20_000)
    expect(finding.advice.map(({ set }) => set).join()).toContain('proxy_read_timeout')
  })

  test('is not even begun if the idle limit is over before', async () => {
    const { findings } = await diagnose('proxy_read_timeout 5s;', { delay: 60_000 })
    expect(findings).toMatchObject([{ type: 'cut', cause: 'idle', ending: 'gateway-timeout' }])
  })

  test('is not cut if heartbeats come within the idle limit', async () => {
    const fault = { stallAfterEvents: 20, stallFor: 10_000, heartbeat: 500 }
    const { findings, measured } = await diagnose('proxy_read_timeout 5s;', fault)
    expect(findings).toEqual([])
    expect(measured.comments).toBeGreaterThan(5)
  })
})

describe.concurrent('live data through nginx', { timeout: nginxTimeout }, () => {
  const watch = { method: 'GET', idle: 6000 } as const

  test('comes in time', async () => {
    const { findings, measured } = await diagnose('', {}, watch)
    expect(findings).toEqual([])
    expect(measured.ending).toBe('watched')
    expect(measured.endedAt).toBeGreaterThan(6000)
  })

  test('is held with buffering', async () => {
    const { findings } = await diagnose(buffering, {}, watch)
    expect(findings).toMatchObject([{ type: 'buffered', evidence: 'broken-lines' }])
  })

  test('is silent with a buffer that does not fill', async () => {
    const headers = {
      'x-api-key': sandbox.apiKey,
      'x-sandbox-fault': formatLiveFault({ silentAfterEvents: 1 }),
    }
    const { findings } = await diagnose(buffering, {}, { ...watch, headers })
    expect(findings).toMatchObject([{ type: 'silent', missing: 'response' }])
  })
})
