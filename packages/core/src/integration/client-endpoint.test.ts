import { describe, expect, test } from 'vitest'
import { scripted, ok } from '../test-support/scripted.ts'
import type { RuntimeDefaults } from '../adapter.ts'

const endpoint = 'https://page.example/api/analyze'

/** Creates a client of an endpoint and records its requests. */
function page(runtime: RuntimeDefaults = {}): ReturnType<typeof scripted> {
  return scripted(
    [ok, ok],
    { apiKey: undefined, baseURL: undefined, endpoint },
    { name: false, ...runtime },
  )
}

describe('a client of an endpoint', () => {
  test('sends only the prompt and symbols, without a key or a User-Agent', async () => {
    const { client, sent } = page({ env: () => 'vq_of_the_environment' })
    expect(await client.ai.stream({ prompt: 'p', symbols: ['NVDA'] }).finalText()).toBe(
      'Héllo world',
    )
    expect(sent[0]).toMatchObject({
      url: endpoint,
      init: { method: 'POST', body: '{"prompt":"p","symbols":["NVDA"]}' },
    })
    const headers = new Headers(sent[0]?.init.headers)
    expect(
      ['authorization', 'x-api-key', 'user-agent'].filter((name) => headers.has(name)),
    ).toEqual([])
  })

  test('builds the analysis of analyze() from the stream', async () => {
    const { client, sent } = page()
    expect(await client.ai.analyze('p')).toMatchObject({ text: 'Héllo world' })
    expect(new Headers(sent[0]?.init.headers).get('accept')).toBe('text/event-stream')
  })

  test('calls fetch with the credentials of the runtime', async () => {
    const { client, sent } = page({ credentials: 'include' })
    await client.ai.stream('p').finalText()
    expect(sent[0]?.init).toMatchObject({ credentials: 'include', redirect: 'manual' })
  })
})

test('every call has its own idempotency key, a version 4 UUID', async () => {
  const { client, sent } = page()
  await client.ai.stream('p').finalText()
  await client.ai.stream('p').finalText()
  const keys = sent.map(({ init }) => new Headers(init.headers).get('idempotency-key'))
  expect(new Set(keys).size).toBe(2)
  for (const key of keys) {
    expect(key).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
  }
})
