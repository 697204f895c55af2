import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../server.ts'
import { prompt, rawRequest } from '../test-support/raw-request.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.close())

let keys = 0
function newKey(): { 'idempotency-key': string } {
  keys += 1
  return { 'idempotency-key': `key-${keys}` }
}

describe('requests with the same Idempotency-Key', () => {
  test('run one analysis and get the same answer', async () => {
    const headers = newKey()
    const before = sandbox.analysesRun
    const first = await rawRequest(sandbox, { headers })
    const second = await rawRequest(sandbox, { headers })
    expect(second.body.equals(first.body)).toBe(true)
    expect(first.headers.has('idempotent-replayed')).toBe(false)
    expect(second.headers.get('idempotent-replayed')).toBe('true')
    expect(sandbox.analysesRun).toBe(before + 1)
    expect(sandbox.requests.slice(-2)).toMatchObject([
      { idempotencyKey: headers['idempotency-key'], attempt: 1, replayed: false },
      { idempotencyKey: headers['idempotency-key'], attempt: 2, replayed: true },
    ])
  })

  test('run one analysis even at the same time', async () => {
    const headers = newKey()
    const before = sandbox.analysesRun
    await Promise.all([1, 2, 3, 4].map(() => rawRequest(sandbox, { headers })))
    expect(sandbox.analysesRun).toBe(before + 1)
  })

  test('run no analysis while attempts fail, and one if its answer is cut', async () => {
    const before = sandbox.analysesRun
    const failed = newKey()
    await rawRequest(sandbox, { headers: failed, fault: { status: 503 } })
    expect(sandbox.analysesRun).toBe(before)
    await rawRequest(sandbox, { headers: failed, fault: { cutAfterEvents: 2 } })
    expect(sandbox.analysesRun).toBe(before + 1)
    await rawRequest(sandbox, { headers: failed })
    expect(sandbox.analysesRun).toBe(before + 1)
    expect(sandbox.requests.at(-1)).toMatchObject({ attempt: 3, replayed: true })
  })

  test('get a status that clients do not retry if the body is another one', async () => {
    const headers = newKey()
    await rawRequest(sandbox, { headers })
    for (const body of [
      { prompt: 'other', stream: true },
      { prompt, stream: false },
    ]) {
      const answer = await rawRequest(sandbox, { headers, body: JSON.stringify(body) })
      expect(answer.status).toBe(422)
      expect(answer.body.toString()).toContain('used with another body')
    }
    const again = JSON.stringify({ stream: true, prompt })
    expect((await rawRequest(sandbox, { headers, body: again })).status).toBe(200)
  })

  test('are refused if the key is too long', async () => {
    const headers = { 'idempotency-key': 'x'.repeat(256) }
    expect((await rawRequest(sandbox, { headers })).status).toBe(422)
  })
})

test('without an Idempotency-Key, every request runs its own analysis', async () => {
  const before = sandbox.analysesRun
  await rawRequest(sandbox)
  await rawRequest(sandbox)
  expect(sandbox.analysesRun).toBe(before + 2)
  expect(sandbox.requests.at(-1)).not.toHaveProperty('attempt')
})

describe('times', () => {
  test('counts the attempts of one call', async () => {
    const fault = { status: 503, times: 2 }
    const statuses: number[] = []
    for (const headers of [newKey(), newKey()]) {
      for (let attempt = 0; attempt < 3; attempt += 1) {
        statuses.push((await rawRequest(sandbox, { fault, headers })).status)
      }
    }
    expect(statuses).toEqual([503, 503, 200, 503, 503, 200])
  })

  test('counts both halves of a redirected attempt as one', async () => {
    for (const headers of [newKey(), {}]) {
      const fault = { status: 307, times: 1, ids: true }
      const redirect = await rawRequest(sandbox, { fault, headers })
      expect(redirect.status).toBe(307)
      const path = redirect.headers.get('location') ?? ''
      const answer = await rawRequest(sandbox, { fault, headers, path })
      expect(answer.body.toString()).toContain('id: 1\n')
      const later = await rawRequest(sandbox, { fault, headers })
      expect(later.body.toString()).not.toContain('id: 1\n')
    }
  })

  test('counts the uses of the same fault if calls have no key', async () => {
    const statuses: number[] = []
    for (const status of [502, 502, 504, 502]) {
      statuses.push((await rawRequest(sandbox, { fault: { status, times: 1 } })).status)
    }
    expect(statuses).toEqual([502, 200, 504, 200])
  })
})

describe('the option faults', () => {
  test('applies to every request without its own fault', async () => {
    await using faulty = await startSandbox({ faults: { status: 503 } })
    expect((await rawRequest(faulty)).status).toBe(503)
    expect((await rawRequest(faulty, { fault: { status: 500 } })).status).toBe(500)
    expect((await rawRequest(faulty, { headers: { 'x-sandbox-fault': '' } })).status).toBe(200)
  })

  test('can be a list with one fault per attempt', async () => {
    await using faulty = await startSandbox({ faults: [{ status: 500 }, {}, { status: 502 }] })
    const headers = newKey()
    const statuses: number[] = []
    for (let attempt = 0; attempt < 4; attempt += 1) {
      statuses.push((await rawRequest(faulty, { headers })).status)
    }
    expect(statuses).toEqual([500, 200, 502, 200])
  })
})
