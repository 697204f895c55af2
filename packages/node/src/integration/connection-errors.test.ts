import { freePort } from '@vectrade/test-kit/free-port'
import { startRawServer } from '@vectrade/test-kit/raw-server'
import { describe, expect, test } from 'vitest'
import { errorOf } from '@vectrade/test-kit/error-of'
import { clientOf, prompt } from '../test-support/sandbox-client.ts'
import { ConnectionError } from '../index.ts'

/** Returns the error of a call to this address, made with Node's fetch. */
const errorAt = (url: string): Promise<unknown> =>
  errorOf(clientOf({ url, apiKey: 'vq_none_at_all' }).ai.stream(prompt).finalText())

describe("a failure of Node's fetch is a connection error that says why, if", () => {
  test('the port refuses connections', async () => {
    const error = await errorAt(`http://127.0.0.1:${await freePort()}/v1`)
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error).toMatchObject({ phase: 'connect', retryable: true })
    expect((error as Error).message).toContain('ECONNREFUSED')
  })

  test('the host does not exist', async () => {
    const error = await errorAt('https://vectrade.invalid/v1')
    expect(error).toBeInstanceOf(ConnectionError)
    expect((error as Error).message).toMatch(/ENOTFOUND|EAI_AGAIN/)
  })

  test.for<[string, string]>([
    ['nothing', ''],
    ['a part of the response headers', 'HTTP/1.1 200 OK\r\ncontent-ty'],
    ['bytes that are not HTTP', '220 mail.example.com ESMTP\r\n'],
  ])('the server sends %s', async ([, bytes]) => {
    await using server = await startRawServer((socket) => socket.end(bytes))
    const error = await errorAt(server.url)
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error).toMatchObject({ phase: 'connect' })
  })
})
