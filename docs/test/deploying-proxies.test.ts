import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createHandler, fromResponse, type StreamEvent, toNodeHandler } from '@vectrade/node'
import { startCaddy } from '@vectrade/test-kit/caddy'
import { startHAProxy } from '@vectrade/test-kit/haproxy'
import { startNginx } from '@vectrade/test-kit/nginx'
import { programTimeout, type RunningProgram } from '@vectrade/test-kit/start-program'
import { delay } from '@vectrade/test-kit/delay'
import { describe, expect, test } from 'vitest'
import { root } from './extract.ts'

const page = readFileSync(join(root, 'docs/deploying.md'), 'utf8')

interface Proxy {
  /** The language of the fence on the page. */
  name: string
  start: (configuration: string) => Promise<RunningProgram>
  /** Changes the configuration of the page so that it holds answers back. */
  buffering: [right: string | RegExp, wrong: string]
  /** Changes it so that it cuts an answer off after 5 s of silence. */
  impatient: [right: string | RegExp, wrong: string]
}

const proxies: Proxy[] = [
  {
    name: 'nginx',
    start: startNginx,
    // Over HTTP/1.1, nginx passes chunks on even if it buffers. HTTP/1.0 is the default of nginx 1.22.
    buffering: [
      /proxy_http_version 1.1;([^]*)proxy_buffering off;/,
      '$1proxy_ignore_headers X-Accel-Buffering;',
    ],
    impatient: [/proxy_read_timeout \d+s;/, 'proxy_read_timeout 5s;'],
  },
  {
    name: 'caddy',
    start: startCaddy,
    // Newer versions of Caddy name it otherwise.
    buffering: ['flush_interval -1', 'buffer_responses'],
    impatient: ['flush_interval -1', 'transport http {\nread_timeout 5s\n}'],
  },
  {
    name: 'haproxy',
    start: startHAProxy,
    buffering: ['server app', 'http-response wait-for-body time 300s\n  server app'],
    impatient: [/timeout server \d+s/, 'timeout server 5s'],
  },
]

/** Starts an endpoint, and the proxy with the configuration of the page in front of it. */
async function startBoth(
  { name, start }: Proxy,
  source: () => AsyncIterable<StreamEvent>,
  heartbeat: number,
  change: [string | RegExp, string] | undefined,
) {
  const server = createServer(toNodeHandler(createHandler({ source, heartbeat })))
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const fences = new RegExp(`^\`\`\`${name}\n([^]*?)^\`\`\`$`, 'm')
  const [, code = ''] = fences.exec(page) ?? []
  const here = code.replaceAll(/127\.0\.0\.1:\d+/g, `127.0.0.1:${port}`)
  const changed = change === undefined ? here : here.replace(...change)
  expect(here).not.toBe('')
  if (change !== undefined) expect(changed).not.toBe(here)
  const proxy = await start(changed)
  return {
    async ask() {
      const init = { method: 'POST', body: '{"prompt":"NVDA?"}' }
      return fromResponse(await fetch(`${proxy.origin}/api/analyze`, init))
    },
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]()
      server.closeAllConnections()
      server.close()
    },
  }
}

const text = (content: string): StreamEvent => ({ type: 'text', content })

describe.for(proxies)('$name', { timeout: programTimeout }, (proxy) => {
  test('with the settings of the page passes on each event at once', async () => {
    const second = gate()
    await using both = await startBoth(proxy, () => held(second.opened), 0, undefined)
    const events = (await both.ask())[Symbol.asyncIterator]()
    expect((await events.next()).value).toEqual(text('first'))
    second.open()
    expect((await events.next()).value).toEqual(text('second'))
    await events.return?.()
  })

  test('holds events back if it buffers', async () => {
    const headers = gate()
    const last = gate()
    let isHeld = true
    const source = async function* (): AsyncGenerator<StreamEvent> {
      yield text('first')
      await headers.opened
      yield text('second')
      await last.opened
    }
    await using both = await startBoth(proxy, source, 0, proxy.buffering)
    const reading = both.ask().then(async (stream) => {
      // nginx passes on what it got together with the headers.
      headers.open()
      for await (const { content } of stream) if (content === 'second') return isHeld
      return undefined
    })
    // The other proxies pass nothing on.
    await delay(1000)
    headers.open()
    // If the proxy passed the second event on, two seconds would be enough on most machines.
    await delay(2000)
    isHeld = false
    last.open()
    expect(await reading).toBe(false)
  })

  test('cuts off a silent answer at its idle limit, unless heartbeats come more often', async () => {
    const never = (): AsyncIterable<StreamEvent> => held(new Promise(() => {}))
    {
      await using both = await startBoth(proxy, never, 0, proxy.impatient)
      const stream = await both.ask()
      await expect(stream.finalText()).rejects.toMatchObject({ code: 'stream_interrupted' })
    }
    const second = gate()
    await using both = await startBoth(proxy, () => held(second.opened), 500, proxy.impatient)
    const answer = both.ask().then((stream) => stream.finalText())
    await delay(8000)
    second.open()
    expect(await answer).toBe('firstsecond')
  })
})

interface Gate {
  opened: Promise<void>
  open: () => void
}

function gate(): Gate {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

/** An answer of two events. The second one waits. */
async function* held(second: Promise<void>): AsyncGenerator<StreamEvent> {
  yield text('first')
  await second
  yield text('second')
}
