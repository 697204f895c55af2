import { startSandbox } from '@vectrade/sandbox'
import { build } from 'esbuild'
import { Miniflare, Response as WorkerResponse } from 'miniflare'
import { expect, test } from 'vitest'
import { examplesInPage } from './extract.ts'

/** Stands for a Worker that has its own way to the API. Its answers say that they came through it. */
const gateway = `export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url)
    const response = await fetch(env.API + pathname.replace(/^.v1/, ''), request)
    await env.SEEN.fetch('http://seen/' + pathname)
    return response
  },
}`

test('a Worker asks through its service binding, as the page says', async () => {
  const example = examplesInPage('docs/fetch.md').find(({ code }) => code.includes('GATEWAY'))
  const { outputFiles } = await build({
    stdin: { contents: example?.code ?? '', loader: 'ts', resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    conditions: ['@vectrade/source', 'workerd'],
  })
  await using sandbox = await startSandbox()
  const seen: string[] = []
  const common = { modules: true, compatibilityDate: '2026-07-01' }
  const miniflare = new Miniflare({
    workers: [
      {
        ...common,
        name: 'pages',
        script: outputFiles[0]?.text ?? '',
        // Nothing answers at this address. Only the binding leads to the API.
        bindings: {
          VECTRADE_API_KEY: sandbox.apiKey,
          VECTRADE_BASE_URL: 'https://vectrade.invalid/v1',
        },
        serviceBindings: { GATEWAY: 'gateway' },
      },
      {
        ...common,
        name: 'gateway',
        script: gateway,
        bindings: { API: sandbox.url },
        serviceBindings: {
          SEEN: ({ url }: { url: string }) => {
            seen.push(new URL(url).pathname)
            return new WorkerResponse()
          },
        },
      },
    ],
  })
  try {
    const body = JSON.stringify({ prompt: 'Bull case for NVDA?' })
    const response = await fetch(await miniflare.ready, { method: 'POST', body })
    expect(await response.text()).toMatch(/"type":"text"[^]*data: \[DONE\]\n\n$/)
    expect(seen).toEqual(['//v1/ai/analyze'])
    expect(sandbox.requests).toHaveLength(1)
  } finally {
    await miniflare.dispose()
  }
})
