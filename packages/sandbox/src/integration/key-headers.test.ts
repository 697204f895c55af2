import { expect, describe, test } from 'vitest'
import { type Sandbox, startSandbox } from '../server.ts'
import { type RawAnswer, rawRequest } from '../test-support/raw-request.ts'

const wrong = 'vq_wrong_12345678'

/** Sends a request that has a key only in these headers. */
function send(sandbox: Sandbox, headers: Record<string, string>, fault?: string) {
  return rawRequest(sandbox, {
    headers: { authorization: undefined, 'x-sandbox-fault': fault, ...headers },
  })
}

function gatewayError(answer: RawAnswer): { error: string; message: string } {
  expect(answer.body.toString()).not.toContain('12345678')
  return JSON.parse(answer.body.toString()) as { error: string; message: string }
}

describe.each([
  {
    keyHeader: 'x-api-key',
    right: (key: string) => ({ 'x-api-key': key }),
    other: (key: string) => ({ authorization: `Bearer ${key}` }),
    takes: '"X-API-Key: <key>"',
  },
  {
    keyHeader: 'bearer',
    right: (key: string) => ({ authorization: `Bearer ${key}` }),
    other: (key: string) => ({ 'x-api-key': key }),
    takes: '"Authorization: Bearer <key>"',
  },
] as const)('keyHeader: $keyHeader', ({ keyHeader, right, other, takes }) => {
  test('accepts the key in this header, whatever the other header contains', async () => {
    await using sandbox = await startSandbox({ keyHeader })
    const headers = right(sandbox.apiKey)
    expect((await send(sandbox, headers)).status).toBe(200)
    expect((await send(sandbox, { ...other(wrong), ...headers })).status).toBe(200)
  })

  test('treats a right key in the other header as missing', async () => {
    await using sandbox = await startSandbox({ keyHeader, errorShape: 'gateway' })
    for (const headers of [other(sandbox.apiKey), {}]) {
      const answer = await send(sandbox, headers)
      expect(answer.status).toBe(401)
      expect(gatewayError(answer)).toEqual({
        error: 'missing_api_key',
        message: `No API key: this sandbox takes it only in ${takes}`,
      })
    }
  })

  test('treats a wrong key as invalid, even with a right key in the other header', async () => {
    await using sandbox = await startSandbox({ keyHeader, errorShape: 'gateway' })
    for (const key of [wrong, 'sk-12345678']) {
      const answer = await send(sandbox, { ...other(sandbox.apiKey), ...right(key) })
      expect(answer.status).toBe(401)
      expect(gatewayError(answer).error).toBe('invalid_api_key')
    }
  })

  test('sends errors in the documented shape by default', async () => {
    await using sandbox = await startSandbox({ keyHeader })
    const answer = await send(sandbox, other(sandbox.apiKey))
    expect(answer.status).toBe(401)
    expect(JSON.parse(answer.body.toString())).toMatchObject({
      error: { type: 'authentication_error', message: expect.stringContaining(takes) },
    })
  })
})

test('by default, both headers are accepted and have the same error codes', async () => {
  await using sandbox = await startSandbox({ errorShape: 'gateway' })
  const { apiKey } = sandbox
  expect((await send(sandbox, { 'x-api-key': apiKey })).status).toBe(200)
  expect((await send(sandbox, { authorization: `Bearer ${apiKey}` })).status).toBe(200)
  expect(gatewayError(await send(sandbox, {})).error).toBe('missing_api_key')
  for (const headers of [
    { 'x-api-key': wrong },
    { authorization: `Bearer ${wrong}` },
    { authorization: 'Basic 12345678' },
  ]) {
    expect(gatewayError(await send(sandbox, headers)).error).toBe('invalid_api_key')
  }
})

test('an invalid keyHeader is refused by its name', async () => {
  await expect(startSandbox({ keyHeader: 'X-API-Key' as never })).rejects.toThrow(
    '`keyHeader` must be one of any, x-api-key, bearer',
  )
})

describe('the fault whenKeyIn', () => {
  test.each([
    ['status=403; errorCode=invalid_api_key', { error: 'invalid_api_key' }],
    [
      'status=403; errorType=authentication_error',
      { error: expect.objectContaining({ type: 'authentication_error' }) },
    ],
  ])('answers one header with %s, and the other header as usual', async (fault, expected) => {
    await using sandbox = await startSandbox()
    const bearer = { authorization: `Bearer ${sandbox.apiKey}` }
    const apiKey = { 'x-api-key': sandbox.apiKey }
    for (const [name, refused, accepted] of [
      ['x-api-key', apiKey, bearer],
      ['bearer', bearer, apiKey],
    ] as const) {
      const answer = await send(sandbox, refused, `whenKeyIn=${name}; ${fault}`)
      expect(answer.status).toBe(403)
      expect(JSON.parse(answer.body.toString())).toMatchObject(expected)
      expect((await send(sandbox, accepted, `whenKeyIn=${name}; ${fault}`)).status).toBe(200)
    }
  })

  test('also works in the option faults', async () => {
    await using sandbox = await startSandbox({ faults: { whenKeyIn: 'x-api-key', status: 401 } })
    expect((await send(sandbox, { 'x-api-key': sandbox.apiKey })).status).toBe(401)
    expect((await send(sandbox, { authorization: `Bearer ${sandbox.apiKey}` })).status).toBe(200)
  })
})

test('the log shows which header contained a key, right or wrong, but not the key', async () => {
  await using sandbox = await startSandbox({ keyHeader: 'bearer' })
  const { apiKey } = sandbox
  await send(sandbox, { 'x-api-key': apiKey })
  await send(sandbox, { authorization: `bearer ${apiKey}` })
  await send(sandbox, { 'x-api-key': wrong, authorization: `Bearer ${wrong}` })
  await send(sandbox, { authorization: `Basic ${wrong}` })
  await send(sandbox, {})
  expect(sandbox.requests.map((request) => request.keyHeader)).toEqual([
    'x-api-key',
    'bearer',
    'both',
    undefined,
    undefined,
  ])
  expect(JSON.stringify(sandbox.requests)).not.toMatch(/vq_|12345678/)
})
