import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { end, endWithThisProcess } from '@vectrade/test-kit/end-with-this-process'
import { freePort } from '@vectrade/test-kit/free-port'

/** Another server that speaks the wire of OpenAI: the package `@dwmkerr/mock-llm`, in its own process. */
export interface MockLLMServer extends AsyncDisposable {
  readonly url: string
}

/** An answer of the server for prompts that contain a word. */
export interface MockLLMRule {
  word: string
  status: number
  response: object
}

/** Starts the server with these answers. It has no other ones. */
export async function startMockLLM(rules: readonly MockLLMRule[]): Promise<MockLLMServer> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'mock-llm-'))
  const config = join(folder.path, 'config.json')
  await writeFile(config, JSON.stringify(configOf(rules)))
  const port = await freePort()
  const program = createRequire(import.meta.url).resolve('@dwmkerr/mock-llm')
  const child = spawn(process.execPath, [program, '--config', config], {
    env: { ...process.env, HOST: '127.0.0.1', PORT: String(port) },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  endWithThisProcess(child)
  await listening(child)
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => end(child) }
}

function configOf(rules: readonly MockLLMRule[]): unknown {
  return {
    streaming: { chunkSize: 5, chunkIntervalMs: 5 },
    rules: rules.map(({ word, status, response }) => ({
      path: '/v1/chat/completions',
      match: `contains(body.messages[-1].content, '${word}')`,
      response: { status, content: JSON.stringify(response) },
    })),
  }
}

function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    // It logs each request, so its output is read to the end.
    child.stdout?.on('data', (chunk: Buffer) => {
      if (chunk.includes('server running')) resolve()
    })
    child.once('exit', () => reject(new Error('mock-llm has not started')))
  })
}
