import { describe, expect, test, vi } from 'vitest'
import type { CallObserver, Instrumentation } from '../index.ts'
import { recording } from '../test-support/recording.ts'
import { mockTime, ok, run, scripted } from '../test-support/scripted.ts'

mockTime()

describe('onAttempt', () => {
  test('adds headers, and sends the request in its context', async () => {
    const order: string[] = []
    const { instrumentation } = recording({
      onAttempt: () => ({
        headers: { Traceparent: '00-1' },
        run: (send) => {
          order.push('begin')
          const result = send()
          order.push('end')
          return result
        },
      }),
    })
    const { client, sent } = scripted([ok], { instrumentation })
    expect(await run(client, { headers: { traceparent: '00-0' } })).toBe('Héllo world')
    expect(order).toEqual(['begin', 'end'])
    expect(sent[0]?.init.headers).toMatchObject({ traceparent: '00-1' })
  })

  test.for<[string, NonNullable<CallObserver['onAttempt']>]>([
    ['throws', () => fault()],
    ['has wrong headers', () => ({ headers: { 'a b': '\n' } })],
    ['has a context that throws before it sends', () => ({ run: () => fault() })],
    [
      'has a context that throws after it has sent',
      () => ({
        run: (send) => {
          send()
          return fault()
        },
      }),
    ],
    ['has a context that never sends', () => ({ run: (() => undefined) as never })],
    ['has a context that fails later', () => ({ run: (send) => derived(send()) })],
    [
      'has a context that sends twice',
      () => ({
        run: (send) => {
          send()
          return send()
        },
      }),
    ],
  ])('sends the request once if it %s', async ([, onAttempt]) => {
    const { instrumentation } = recording({ onAttempt })
    const { client, sent } = scripted([ok], { instrumentation })
    expect(await run(client)).toBe('Héllo world')
    expect(sent).toHaveLength(1)
  })
})

test('onEnd is called once, even if it closes the client', async () => {
  const ends: string[] = []
  const instrumentation: Instrumentation = {
    onCall: () => ({
      onEnd: ({ outcome }) => {
        ends.push(outcome)
        client.close()
      },
    }),
  }
  const { client } = scripted([ok], { instrumentation })
  await run(client)
  expect(ends).toEqual(['complete'])
})

test('hooks that are async by mistake do no harm', async () => {
  const rejecting = async (): Promise<never> => fault()
  const wrong = [
    { onCall: rejecting },
    { onCall: async () => ({ onEnd: fault }) },
    { onCall: () => ({ onAttempt: rejecting }) },
    { onCall: () => ({ onAttempt: async () => ({ headers: { a: 'b' } }) }) },
  ] as unknown as Instrumentation[]
  for (const instrumentation of wrong) {
    const { client, sent } = scripted([ok], { instrumentation })
    expect(await run(client)).toBe('Héllo world')
    expect(sent).toHaveLength(1)
  }
})

test('a hook that fails is logged by the name of its error, and nothing else happens', async () => {
  const names = ['onAttempt', 'onResponse', 'onFirstText', 'onEvent', 'onEnd'] as const
  const hooks = Object.fromEntries(names.map((name) => [name, fault]))
  const warn = vi.fn()
  const { instrumentation } = recording(hooks)
  const { client } = scripted([ok], { instrumentation, logger: { warn } })
  expect(await run(client)).toBe('Héllo world')
  expect(warn).toHaveBeenCalledWith('vectrade: a hook of `instrumentation` has failed (Error)', {
    event: 'instrumentation.failed',
    error: 'Error',
  })
  const rejecting = recording({ onEnd: async () => fault() })
  const broken: Instrumentation = { onCall: fault }
  for (const given of [rejecting.instrumentation, broken]) {
    const other = scripted([ok], { instrumentation: given, logger: { warn } })
    expect(await run(other.client)).toBe('Héllo world')
  }
  expect(JSON.stringify(warn.mock.calls)).not.toContain('secret')
})

/** Returns a promise of its own, as an async function does. */
function derived<T>(sent: T): T {
  return Promise.resolve(sent).then(fault) as T
}

function fault(): never {
  throw new Error('secret')
}
