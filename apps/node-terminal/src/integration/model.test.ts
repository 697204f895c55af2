import {
  endChunk,
  sendJson,
  sendStream,
  startModelServer,
  textChunk,
  usageChunk,
} from '@vectrade/test-kit/model-server'
import { describe, expect, test } from 'vitest'
import { runDemo } from '../test-support/run-demo.ts'

const chunks = [textChunk('Yes [10-K](https://www.sec.gov/x).'), endChunk(), usageChunk, '[DONE]']

describe.concurrent('a model answers', () => {
  test('and the output says which one, and that it is not VecTrade', async () => {
    await using server = await startModelServer((response) => sendStream(response, ...chunks))
    const args = ['--upstream', server.url, '--model', 'llama3.2', 'Bull case for NVDA?']
    const { stdout, stderr, code } = await runDemo(args)
    expect(stdout).toMatch(
      /^Yes \[10-K\]\(https:\/\/www\.sec\.gov\/x\)\[1\]\.\n\nSources\n\[1\] 10-K\n/,
    )
    expect(stderr).toMatch(
      /^llama3\.2 at http:\/\/127\.0\.0\.1:\d+\/v1 answers, not VecTrade\.\nllama3\.2 · not VecTrade · tokens: 9 in, 4 out · first token after \d+ ms\n$/,
    )
    expect(code).toBe(0)
  })

  test('with the variables of the environment, also as JSON', async () => {
    await using server = await startModelServer((response) => sendStream(response, ...chunks))
    const env = {
      VECTRADE_UPSTREAM: server.url,
      VECTRADE_UPSTREAM_MODEL: 'llama3.2',
      VECTRADE_UPSTREAM_KEY_ENV: 'MY_KEY',
      MY_KEY: 'sk-secret',
    }
    const { stdout, stderr } = await runDemo(['--json', 'NVDA'], { env })
    expect(JSON.parse(stdout.split('\n')[0] ?? '')).toMatchObject({
      model: 'llama3.2',
      simulated: false,
      origin: 'upstream',
    })
    expect(server.requests[0]?.headers['authorization']).toBe('Bearer sk-secret')
    expect(stdout + stderr).not.toContain('sk-secret')
  })

  test('up to its limit', async () => {
    await using server = await startModelServer((response) =>
      sendStream(response, textChunk('Yes, bec'), endChunk('length')),
    )
    const args = ['--upstream', server.url, '--model', 'llama3.2', 'NVDA']
    expect((await runDemo(args)).stderr).toContain(" · cut off at the model's limit · ")
  })

  test('or the output says what to check', async () => {
    await using server = await startModelServer((response) => sendJson(response, 404, {}))
    const args = ['--upstream', server.url, '--model', 'llama3.2', 'NVDA']
    const { stderr, code } = await runDemo(args)
    expect(stderr).toMatch(
      /\nerror The model's server knows no such model, .*: check `upstream\.model` \(--model\) .*, which usually ends in \/v1\. \(request req_\S+\)\n$/,
    )
    expect(server.requests).toHaveLength(1)
    expect(code).toBe(1)
  })
})

describe.concurrent('options that contradict each other', () => {
  const url = 'http://127.0.0.1:1/v1'

  test.each([
    [['--base-url', url, '--upstream', url], {}, '--upstream is for a model of yours'],
    [['--base-url', url, '--model', 'm'], {}, '--model is for a model of yours'],
    [['--upstream', url], {}, '--upstream needs --model <name> (or VECTRADE_UPSTREAM_MODEL)'],
    [
      ['--upstream', url, '--model', 'm', '--tokens-per-second', '9'],
      {},
      '--tokens-per-second is for simulated answers',
    ],
    [
      [],
      { VECTRADE_BASE_URL: url, VECTRADE_UPSTREAM: url, VECTRADE_UPSTREAM_MODEL: 'm' },
      'VECTRADE_BASE_URL and VECTRADE_UPSTREAM are both set',
    ],
  ])('%j %j', async (args, env, message) => {
    const { stderr, code } = await runDemo([...args, 'NVDA'], { env })
    expect(stderr).toContain(`error ${message}`)
    expect(code).toBe(1)
  })

  test('an option takes precedence over the environment', async () => {
    await using server = await startModelServer((response) => sendStream(response, ...chunks))
    const args = ['--upstream', server.url, '--model', 'llama3.2', 'NVDA']
    const { code } = await runDemo(args, { env: { VECTRADE_BASE_URL: url } })
    expect(server.requests).toHaveLength(1)
    expect(code).toBe(0)
  })
})
