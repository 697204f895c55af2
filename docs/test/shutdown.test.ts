import { writeFileSync, mkdirSync } from 'node:fs'
import { createServer, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { VecTrade } from '@vectrade/browser'
import { startSandbox } from '@vectrade/sandbox'
import { RedisServer, startTimeout } from '@vectrade/test-kit/redis-server'
import { expect, test } from 'vitest'
import { examplesInPage } from './extract.ts'
import { RunningExample } from './run-example.ts'

const code =
  examplesInPage('docs/deploying.md').find((example) => example.code.includes('SIGTERM'))?.code ??
  ''

/** Writes the program of the page, with a store that instances share. */
function program(socket: string): string {
  const shared = `await (async () => {
  const { createClient } = await import('redis')
  const { redisStore } = await import('@vectrade/redis')
  const redis = createClient({ socket: { path: ${JSON.stringify(socket)}, tls: false } })
  await redis.connect()
  return redisStore(redis)
})()`
  const folder = join(import.meta.dirname, '../.examples/shutdown')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'server.ts')
  expect(code).toContain('memoryStore()')
  writeFileSync(file, code.replace(/(?<== )memoryStore\(\)/, shared))
  return file
}

test(
  'an instance that gets SIGTERM writes its answer to the end, for readers of another instance',
  { timeout: startTimeout },
  async ({ onTestFinished }) => {
    await using redis = await RedisServer.start()
    // An answer of some seconds, so that the signal comes in its middle.
    await using sandbox = await startSandbox({ tokensPerSecond: 40 })
    const file = program(redis.path)
    const start = (): RunningExample => new RunningExample(sandbox, ['any-port'], [file])
    const [first, second] = [start(), start()]
    onTestFinished(() => second.stop())
    const [one, other] = await Promise.all([first.listening(), second.listening()])

    // Stands for a load balancer. It sends new requests to the instance that is chosen.
    let chosen = one
    const balancer = createServer((request, response) => {
      const { method, headers, url = '/' } = request
      const onward = send(chosen + url, { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      })
      onward.on('error', () => response.destroy())
      response.on('close', () => onward.destroy())
      request.pipe(onward)
    })
    await new Promise<void>((resolve) => {
      balancer.listen(0, '127.0.0.1', resolve)
    })
    const { port } = balancer.address() as AddressInfo
    onTestFinished(() => void balancer.close())

    const client = new VecTrade({ endpoint: `http://127.0.0.1:${port}/api/analyze` })
    let answer = ''
    for await (const { content } of client.ai.stream('Bull case for NVDA?')) {
      if (answer === '' && content !== '') {
        first.stop()
        chosen = other
        balancer.closeAllConnections()
      }
      answer += content
    }
    client.close()
    const whole = await new VecTrade({
      apiKey: sandbox.apiKey,
      baseURL: sandbox.url,
      dangerouslyAllowBrowser: true,
    }).ai
      .stream('Bull case for NVDA?')
      .finalText()
    expect(answer).toBe(whole)
    // The prompt was sent once, and the first instance ended by itself.
    expect(sandbox.requests).toHaveLength(2)
    expect(await first.ended).toMatchObject({ exit: 0, stderr: '' })
  },
)
