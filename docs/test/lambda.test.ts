import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { startSandbox } from '@vectrade/sandbox'
import { expect, test, vi } from 'vitest'
import { examplesInPage } from './extract.ts'

type LambdaHandler = (event: object, stream: PassThrough, context: object) => Promise<void>

/** What Lambda passes on from a function URL. */
const event = {
  version: '2.0',
  rawPath: '/api/analyze',
  rawQueryString: '',
  headers: { 'content-type': 'application/json', host: 'x.lambda-url.eu-central-1.on.aws' },
  requestContext: {
    domainName: 'x.lambda-url.eu-central-1.on.aws',
    http: { method: 'POST', path: '/api/analyze' },
  },
  body: Buffer.from('{"prompt":"NVDA?"}').toString('base64'),
  isBase64Encoded: true,
}

test('the function for AWS Lambda streams an answer', async () => {
  await using sandbox = await startSandbox()
  vi.stubEnv('VECTRADE_API_KEY', sandbox.apiKey)
  vi.stubEnv('VECTRADE_BASE_URL', sandbox.url)
  const examples = examplesInPage('docs/deploying.md')
  const example = examples.find(({ code }) => code.includes('streamHandle'))
  const folder = join(import.meta.dirname, '../.examples/lambda')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'function.ts')
  writeFileSync(file, example?.code ?? '')
  await import('./preload/lambda.ts')
  const { handler } = (await import(pathToFileURL(file).href)) as { handler: LambdaHandler }
  const stream = new PassThrough()
  const answer = text(stream)
  await handler(event, stream, {})
  const [head = '', body] = (await answer).split('\0\0\0\0\0\0\0\0')
  expect(JSON.parse(head)).toMatchObject({
    statusCode: 200,
    headers: { 'content-type': 'text/event-stream; charset=utf-8' },
  })
  expect(body).toMatch(/"type":"text"[^]*data: \[DONE\]\n\n$/)
  vi.unstubAllEnvs()
})
