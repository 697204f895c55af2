import { parseFault, startSandbox } from '@vectrade/sandbox'
import { describe, expect, test } from 'vitest'
import { addChecks } from './checks.ts'
import type { ExampleProject } from './example-project.ts'
import type { Example } from './extract.ts'
import { startModelServer } from './model-server.ts'
import { type Ended, RunningExample } from './run-example.ts'
import { type Between, surroundings } from './surroundings.ts'

/** The question for every example that is a server. */
const question = { prompt: "What's the bull case for NVDA?" }

/** Defines one test per example, named for its place. */
export function describeRuns(examples: readonly Example[], project: ExampleProject): void {
  describe.concurrent('runs', () => {
    for (const example of examples) {
      if (example.directives.notRun !== undefined) continue
      // `onTestFinished` of this test, because after a wait the global one may belong to another test.
      test(`${example.file}:${example.line}`, async ({ onTestFinished }) => {
        const { between, fault, serve } = example.directives
        const sandbox = await startSandbox({ faults: fault === undefined ? {} : parseFault(fault) })
        onTestFinished(() => sandbox.close())
        let modelURL
        if (example.code.includes("'MODEL_URL'")) {
          const model = await startModelServer()
          onTestFinished(() => model[Symbol.asyncDispose]())
          modelURL = model.url
        }
        const server = between && (await surroundings[between](sandbox.url))
        if (server) onTestFinished(() => server[Symbol.asyncDispose]())
        // The page comes first, because `any-port` would take its server for the one of the example.
        const isPage = /'@vectrade\/(?:browser|react)'/.test(example.code)
        const page = isPage ? (['page'] as const) : []
        const lambda = example.code.includes("'hono/aws-lambda'") ? (['lambda'] as const) : []
        const running = new RunningExample(
          {
            url: sandbox.url,
            liveURL: sandbox.liveURL,
            apiKey: sandbox.apiKey,
            modelURL,
            variables: server?.variables,
          },
          [...page, ...lambda, 'assert-value', 'any-port'],
          [project.runFile(example)],
        )
        if (serve?.method === 'live') await follow(running, serve.path)
        else if (serve) await ask(running, serve)
        const ended = await running.ended
        // The signal ends a server that does not handle it.
        const exits = serve ? [0, 'SIGTERM'] : [0]
        expect(exits, ended.stderr).toContain(ended.exit)
        expect(ended.stderr).toBe('')
        expectOutput(example, ended)
        if (server) expectUse(server, sandbox.requests.length)
      })
    }
  })
}

/** Defines one test per example. The compiler runs once for all of them. */
export function describeTypes(
  title: string,
  examples: readonly Example[],
  project: ExampleProject,
): void {
  const checked = project.typeErrors()
  // Each test that awaits it reports the failure.
  checked.catch(() => {})
  describe(title, () => {
    for (const example of examples) {
      test(`${example.file}:${example.line}`, async () => {
        const errors = await checked
        expect(errors.get(example)).toBe('')
      })
    }
  })
}

async function ask(
  running: RunningExample,
  { method, path }: { method: string; path: string },
): Promise<void> {
  const address = await running.listening()
  const post = { body: JSON.stringify(question), headers: { 'content-type': 'application/json' } }
  const response = await fetch(address + path, { method, ...(method === 'POST' ? post : {}) })
  const body = await response.text()
  running.stop()
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  expect(body).toContain('"type":"text"')
  expect(body.endsWith('data: [DONE]\n\n')).toBe(true)
}

/** Follows live data until a quote comes. */
async function follow(running: RunningExample, path: string): Promise<void> {
  const address = await running.listening()
  const response = await fetch(address + path)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  let received = ''
  for await (const chunk of response.body ?? []) {
    received += new TextDecoder().decode(chunk)
    if (received.includes('"type":"quote.update"')) break
  }
  running.stop()
  expect(received).toContain('"type":"quote.update"')
}

/** Every request of the example must have come through the server, over as few connections as possible. */
function expectUse({ requests, connections }: Between, requestsOfSandbox: number): void {
  expect(requestsOfSandbox).toBeGreaterThan(0)
  expect({ requests, connections }).toEqual({ requests: requestsOfSandbox, connections: 1 })
}

function expectOutput({ code, output }: Example, { stdout }: Ended): void {
  const { prints } = addChecks(code)
  if (output !== undefined) expect(stdout.trimEnd()).toBe(output.trimEnd())
  if (prints !== undefined) expect(stdout.trimEnd().split('\n')).toEqual(prints)
}
