import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createHandler, memoryStore, toNodeHandler, VecTrade } from '@vectrade/node'
import { startSandbox } from '@vectrade/sandbox'
import { createServer as createViteServer, defaultClientConditions } from 'vite'
import { expect, test } from 'vitest'
import { useBrowser } from './support/chat-browser.ts'

const open = useBrowser()

/** Vite serves the page, as with `vite --host`, and passes its calls to another server. */
test("the page works through Vite's proxy with changeOrigin, at an address of the network", async () => {
  await using sandbox = await startSandbox()
  const client = new VecTrade({ baseURL: sandbox.url, apiKey: sandbox.apiKey, maxRetries: 0 })
  const publicOrigin: string[] = []
  const handler = createHandler({ client, store: memoryStore(), publicOrigin })
  const hosts: (string | undefined)[] = []
  const backend = createServer((req, res) => {
    hosts.push(req.headers.host)
    void toNodeHandler(handler)(req, res)
  }).listen(0, '127.0.0.1')
  await once(backend, 'listening')
  const host = `127.0.0.1:${(backend.address() as AddressInfo).port}`
  const vite = await createViteServer({
    root: join(import.meta.dirname, '..'),
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['@vectrade/source', ...defaultClientConditions] },
    server: {
      host: '127.0.0.1',
      port: 0,
      allowedHosts: ['lan.test'],
      proxy: { '/api': { target: `http://${host}`, changeOrigin: true } },
    },
  })
  await vite.listen()
  const { port } = new URL(vite.resolvedUrls?.local[0] ?? '')
  try {
    const chat = await open(`http://lan.test:${port}/`)
    await chat.ask('What about NVDA?')
    await chat.reach('failed')
    publicOrigin.push(`http://lan.test:${port}`)
    await chat.ask('What about NVDA?')
    await chat.reach('complete')
    expect(new Set(hosts)).toEqual(new Set([host]))
    // The page reports an error if its server closes first.
    await chat.page.close()
  } finally {
    await vite.close()
    backend.close()
    backend.closeAllConnections()
  }
})
