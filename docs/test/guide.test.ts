import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { fromReadableStream } from '@vectrade/core'
import { VecTrade } from '@vectrade/node'
import { startSandbox } from '@vectrade/sandbox'
import { afterAll, describe, expect, test } from 'vitest'
import { ExampleProject } from './example-project.ts'
import { describeTypes } from './example-tests.ts'
import { type Example, examplesInPage } from './extract.ts'
import { RunningExample } from './run-example.ts'

const prompt = "What's the bull case for NVDA?"
const examples = examplesInPage('docs/test/fixtures/streaming-guide.md')
const [stream, edge] = examples as [Example, Example]

const sandbox = await startSandbox()
afterAll(() => sandbox.close())
const client = new VecTrade({ baseURL: sandbox.url, apiKey: sandbox.apiKey })
const answer = await client.ai.stream(prompt).finalText()

// `await req.json()` is `any` in the DOM library and `unknown` in Node's types alone.
const project = new ExampleProject(examples, { name: 'guide', library: 'dom' })

describe("the guide's snippets, unchanged", () => {
  test('are two, and are not reformatted', () => {
    expect(examples).toHaveLength(2)
    for (const { code } of examples) expect(code).toContain("} from '@vectrade/sdk';\n")
    expect(stream.code).toContain(String.raw`'What\'s the bull case for NVDA?'`)
  })

  test('the second one is the same as the route in apps/next-chat, which is tested in a browser', () => {
    const route = new URL('../../apps/next-chat/src/app/api/guide/route.ts', import.meta.url)
    expect(readFileSync(route, 'utf8').trimEnd()).toBe(edge.code.trimEnd())
  })

  describeTypes('type-check', examples, project)

  test('the first one prints the answer', async () => {
    const { ended } = new RunningExample(sandbox, [], [project.runFile(stream)])
    expect(await ended).toEqual({ stdout: answer, stderr: '', exit: 0 })
  })

  test("the second one's POST answers with the answer's events", async () => {
    const driver = fileURLToPath(new URL('./call-post.ts', import.meta.url))
    const { ended } = new RunningExample(sandbox, [], [driver, project.runFile(edge), prompt])
    const { stdout, stderr, exit } = await ended
    expect({ stderr, exit }).toEqual({ stderr: '', exit: 0 })
    expect(stdout.endsWith('\n\ndata: [DONE]\n\n')).toBe(true)
    const [head, ...body] = stdout.split(/(?<=\n\n)/)
    expect(head).toBe('200 text/event-stream\n\n')
    expect(await fromReadableStream(new Blob(body).stream()).finalText()).toBe(answer)
  })
})
