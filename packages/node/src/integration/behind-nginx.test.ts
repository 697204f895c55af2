import { startSandbox, type Sandbox } from '@vectrade/sandbox'
import { type Nginx, nginxTimeout, startNginx } from '@vectrade/test-kit/nginx'
import { lastRequest } from '@vectrade/test-kit/last-request'
import { expectWithinASecond } from '@vectrade/test-kit/within-a-second'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rawClient } from '@vectrade/test-kit/raw-client'
import { clientOf } from '../test-support/sandbox-client.ts'
import { serve, type WebServer } from '@vectrade/test-kit/web-server'
import { createHandler, fromResponse, type HandlerOptions, toNodeHandler } from '../index.ts'

/** A page that is loaded over plain HTTP. Browsers send no `sec-fetch-site` for such a page. */
const page = 'http://app.lan:8080'

let sandbox: Sandbox
let server: WebServer
let nginx: Nginx
/** The options of the endpoint, which each test sets. */
let options: Partial<HandlerOptions>
beforeAll(async () => {
  sandbox = await startSandbox({ tokensPerSecond: 100 })
  const client = clientOf(sandbox)
  server = await serve(
    (req, res) => void toNodeHandler(createHandler({ client, ...options }))(req, res),
  )
  // The configuration from nginx's manual, without further settings.
  nginx = await startNginx(`
    location / {
      proxy_pass ${server.url};
    }
    location /host/ {
      proxy_pass ${server.url};
      proxy_set_header Host $http_host;
    }`)
}, nginxTimeout)
afterAll(async () => {
  await nginx[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
  await sandbox.close()
})

const ask = async (headers: Record<string, string>, path = '/'): Promise<Response> => {
  const body = '{"prompt":"NVDA?"}'
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  const client = await rawClient(nginx.port, {
    method: 'POST',
    path,
    host: new URL(page).host,
    headers: ['connection: close', 'content-type: application/json', ...lines],
    body,
  })
  await client.ended
  const [head = '', ...rest] = client.text.split('\r\n\r\n')
  const [status, ...fields] = head.split('\r\n')
  const pairs = fields.map((field) => field.split(/: /, 2) as [string, string])
  return new Response(rest.join('\r\n\r\n'), {
    status: Number(status?.split(' ')[1]),
    headers: pairs,
  })
}

describe("behind nginx's plain proxy_pass", () => {
  test('a page of the same origin is refused, and the error names the option to set', async () => {
    options = {}
    const response = await ask({ origin: page })
    expect(response.status).toBe(403)
    expect(await response.text()).toContain('`publicOrigin`')
  })

  test.for<[string, Partial<HandlerOptions>, Record<string, string>, string]>([
    ['if `publicOrigin` is set', { publicOrigin: page }, { origin: page }, '/'],
    ['if nginx passes the Host header on', {}, { origin: page }, '/host/'],
    [
      'if the browser sends `sec-fetch-site`',
      {},
      { origin: page, 'sec-fetch-site': 'same-origin' },
      '/',
    ],
  ])('a page of the same origin is answered %s', async ([, given, headers, path]) => {
    options = given
    const response = await ask(headers, path)
    expect(response.status).toBe(200)
    expect(await fromResponse(response).finalText()).toContain('NVDA')
  })

  test.for(['http://evil.lan:8080', 'null'])(
    'a page of the origin %s is refused',
    async (origin) => {
      options = { publicOrigin: page }
      expect((await ask({ origin })).status).toBe(403)
    },
  )

  test('events are passed on at once, and a page that disconnects ends the request', async () => {
    options = { publicOrigin: page }
    const client = await rawClient(nginx.port, {
      method: 'POST',
      host: new URL(page).host,
      headers: [`origin: ${page}`],
      body: '{"prompt":"NVDA?"}',
    })
    await client.until((all) => all.includes('"type":"text"'))
    expect(client.text).not.toContain('[DONE]')
    expect(lastRequest(sandbox).closed).toBeUndefined()
    client.socket.destroy()
    await expectWithinASecond(() => lastRequest(sandbox).closed === 'client')
  })
})
