import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { createElement, type ReactElement } from 'react'
import { renderToString } from 'react-dom/server'
import { expect, test, vi } from 'vitest'
import { useAnalysis, useLive } from '../index.ts'

test('a server renders the hooks without a request and without a page', async () => {
  const fetch = vi.spyOn(globalThis, 'fetch')
  function Page(): ReactElement {
    const { status, question, text } = useAnalysis({ endpoint: '/api/analyze' })
    const { state, symbols } = useLive({ endpoint: '/api/live', symbols: ['NVDA'] })
    return createElement('p', null, [status, question, text, state, ...symbols].join('/'))
  }
  expect(renderToString(createElement(Page))).toBe('<p>idle///connecting/NVDA</p>')
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(fetch).not.toHaveBeenCalled()
  fetch.mockRestore()
})

test('the built package begins with the directive for React Server Components', async () => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../index.ts', import.meta.url))],
    bundle: true,
    packages: 'external',
    format: 'esm',
    write: false,
  })
  expect(outputFiles[0]?.text).toMatch(/^"use client";\n/)
})
