import { serve, type WebServer } from '@vectrade/test-kit/web-server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ExampleProject } from './example-project.ts'
import { examplesInPage } from './extract.ts'
import { RunningExample } from './run-example.ts'

const example = examplesInPage('docs/own-models.md').find(({ code }) =>
  code.includes('decodeEventStream'),
)
if (example === undefined) throw new Error('The page has no source without a package')

const chunk = (choice: object): string => `data: ${JSON.stringify({ choices: [choice] })}\n\n`
const hi = chunk({ delta: { content: 'Hi' } })
const finish = chunk({ delta: {}, finish_reason: 'stop' })
const secret = JSON.stringify({ error: { message: 'sk-secret' } })
const stream = 'text/event-stream; charset=utf-8'

/** What the model sends for a prompt. */
const answers: Readonly<Record<string, [status: number, contentType: string, body: string]>> = {
  complete: [200, stream, `${hi}data: [DONE]\n\n`],
  'complete without a mark': [200, stream, hi + finish],
  cut: [200, stream, hi],
  empty: [200, stream, ''],
  'failed in the stream': [200, stream, `${hi}data: ${secret}\n\ndata: [DONE]\n\n`],
  'failed before the stream': [200, stream, `data: ${secret}\n\n`],
  json: [200, 'application/json', secret],
  page: [200, 'text/html', '<html>sk-secret'],
  busy: [429, 'application/json', secret],
  refused: [401, 'text/plain', 'sk-secret'],
}

describe('the source without a package', () => {
  let model: WebServer
  let running: RunningExample
  let address = ''
  beforeAll(async () => {
    model = await serve((request, response) => {
      let asked = ''
      request.on('data', (bytes: Buffer) => (asked += bytes.toString()))
      request.on('end', () => {
        const name = Object.keys(answers).find((each) => asked.includes(`"${each}"`)) ?? ''
        const [status, contentType, body] = answers[name] ?? [500, '', '']
        response.writeHead(status, { 'content-type': contentType, 'retry-after': '7' }).end(body)
      })
    })
    const project = new ExampleProject([example], { name: 'own-source', library: 'node' })
    const access = { url: '', liveURL: '', apiKey: '', modelURL: model.url.slice(0, -1) }
    running = new RunningExample(access, ['any-port'], [project.runFile(example)])
    address = await running.listening()
  })
  afterAll(async () => {
    running.stop()
    await model[Symbol.asyncDispose]()
  })

  test.each([
    ['complete', 200, '"type":"done"'],
    ['complete without a mark', 200, '"type":"done"'],
    ['cut', 200, '"type":"service_unavailable"'],
    ['empty', 502, '"type":"service_unavailable"'],
    ['failed in the stream', 200, '"type":"server_error"'],
    ['failed before the stream', 500, 'The model has failed'],
    ['json', 502, '"type":"bad_gateway"'],
    ['page', 502, '"type":"bad_gateway"'],
    ['busy', 429, '"retry_after":7'],
    ['refused', 401, '"type":"authentication_error"'],
  ])('answers %s', async (prompt, status, said) => {
    const body = JSON.stringify({ prompt })
    const response = await fetch(address, { method: 'POST', body })
    const text = await response.text()
    expect(response.status, text).toBe(status)
    expect(text).toContain(said)
    expect(text).not.toContain('secret')
    expect(text.includes('"type":"done"')).toBe(said === '"type":"done"')
  })
})
