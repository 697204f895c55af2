import { expect, test } from 'vitest'
import { startSandbox } from '../server.ts'
import { prompt, rawRequest } from '../test-support/raw-request.ts'

test('a record contains the request and its outcome', async () => {
  await using sandbox = await startSandbox()
  const before = Date.now()
  const answer = await rawRequest(sandbox, {
    path: '/v1/vq/ai/analyze?a=b',
    headers: { 'idempotency-key': 'k1', 'X-Custom': 'c' },
  })
  const [record] = sandbox.requests
  await record?.done
  expect(record).toMatchObject({
    id: answer.headers.get('x-request-id'),
    method: 'POST',
    path: '/v1/vq/ai/analyze?a=b',
    body: { prompt, stream: true },
    idempotencyKey: 'k1',
    attempt: 1,
    replayed: false,
    status: 200,
    bytesSent: answer.body.length,
    closed: 'finished',
    remotePort: expect.any(Number),
  })
  expect(record?.headers['x-custom']).toBe('c')
  expect(record?.startedAt).toBeGreaterThanOrEqual(before)
  expect(record?.closedAt).toBeGreaterThanOrEqual(record?.startedAt ?? Infinity)
})

test('onRequest gets a record when the request arrives, and the record is updated later', async () => {
  const seen: (number | undefined)[] = []
  await using sandbox = await startSandbox({
    faults: { stallAfterEvents: 2 },
    onRequest: (request) => seen.push(request.status),
  })
  await rawRequest(sandbox, { until: (text) => text.split('data: ').length > 2 })
  const [record] = sandbox.requests
  expect(seen).toEqual([undefined])
  expect(record).toMatchObject({ status: 200, eventsSent: 2 })
  await record?.done
  expect(record?.closed).toBe('client')
})

test('the log contains no key, wherever the request had it', async () => {
  await using sandbox = await startSandbox()
  const key = 'vq_real-key_0123456789'
  const body = JSON.stringify({ prompt: `my key is ${key}`, deep: [{ apiKey: key }] })
  const path = `/v1/ai/analyze?key=${key}`
  const everywhere = { cookie: `k=${key}`, 'x-other': `a ${key} b`, 'idempotency-key': key }
  await rawRequest(sandbox, { path, body, headers: everywhere })
  for (const headers of [
    { 'x-api-key': key },
    { authorization: key },
    { authorization: `Bearer ${key}` },
    { authorization: `Token sk-secret` },
  ]) {
    await rawRequest(sandbox, { headers })
  }
  const log = JSON.stringify(sandbox.requests)
  expect(log).not.toContain('0123456789')
  expect(log).not.toContain('sk-secret')
  expect(log).not.toContain(sandbox.apiKey)
  expect(sandbox.requests[0]).toMatchObject({
    path: '/v1/ai/analyze?key=[redacted]',
    headers: { authorization: 'Bearer [redacted]', cookie: '[redacted]' },
    body: { prompt: 'my key is [redacted]' },
  })
  expect(sandbox.requests[1]?.headers['x-api-key']).toBe('[redacted]')
})

test('a body that is not JSON, or is too large, is not kept', async () => {
  await using sandbox = await startSandbox()
  await rawRequest(sandbox, { body: 'no json' })
  await rawRequest(sandbox, { body: JSON.stringify({ prompt, more: 'x'.repeat(70_000) }) })
  expect(sandbox.requests.map((request) => 'body' in request)).toEqual([false, false])
})
