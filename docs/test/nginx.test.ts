import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createHandler, fromResponse, toNodeHandler, VecTrade } from '@vectrade/node'
import { startSandbox } from '@vectrade/sandbox'
import { nginxTimeout, startNginx } from '@vectrade/test-kit/nginx'
import { expect, test } from 'vitest'
import { pages, root } from './extract.ts'

const examples = pages().flatMap((page) => {
  const text = readFileSync(join(root, page), 'utf8')
  return Array.from(text.matchAll(/^```nginx\n([^]*?)^```$/gm), ([, code = '']) => ({ page, code }))
})

test('the pages have a configuration', () => {
  expect(examples.map(({ page }) => page)).toContain('docs/node.md')
})

test.for(examples)(
  'with the configuration in $page, pages over plain http can ask the endpoint',
  { timeout: nginxTimeout },
  async ({ code }) => {
    await using sandbox = await startSandbox()
    const client = new VecTrade({ baseURL: sandbox.url, apiKey: sandbox.apiKey })
    const server = createServer(toNodeHandler(createHandler({ client })))
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    const { port } = server.address() as AddressInfo
    const here = code.replaceAll(/(?<=proxy_pass http:\/\/)[^;/]+/g, `127.0.0.1:${port}`)
    const ask = async (configuration: string): Promise<Response> => {
      await using nginx = await startNginx(configuration)
      // The headers of a browser over plain http, without `Sec-Fetch-Site`.
      const headers = { origin: nginx.origin }
      const body = JSON.stringify({ prompt: 'NVDA?' })
      const response = await fetch(`${nginx.origin}/api/analyze`, { method: 'POST', headers, body })
      return new Response(await response.text(), response)
    }
    const answer = await ask(here)
    expect(answer.status).toBe(200)
    expect(await fromResponse(answer).finalText()).toContain('NVDA')
    const withoutHost = await ask(here.replaceAll(/^.*proxy_set_header Host.*$/gm, ''))
    expect(withoutHost.status).toBe(403)
    server.close()
  },
)
