import { startSandbox } from '@vectrade/sandbox'
import { expect, test } from 'vitest'
import * as core from '@vectrade/core'
import * as deno from './index.ts'
import { access, fromSources, runDeno } from './test-support/deno.ts'

test('exports the names of core, with its own VecTrade, and serve', () => {
  expect(Object.keys(deno).toSorted()).toEqual([...Object.keys(core), 'serve'].toSorted())
  expect(deno.VecTrade).not.toBe(core.VecTrade)
})

test('on a runtime without Deno.env, the key must be an option', () => {
  expect(() => new deno.VecTrade().ai.stream('p')).toThrow(deno.ConfigurationError)
  expect(new deno.VecTrade({ apiKey: 'vq_option' })).toBeInstanceOf(core.VecTrade)
})

test.for<[string, unknown]>([
  ['fetch', { apiKey: 'vq_option', fetch: null }],
  ['baseURL', { apiKey: 'vq_option', baseURL: null }],
  ['{ fetch: … }', null],
  ['{ fetch: … }', 'vq_secret'],
])('an invalid option is named: %s in %j', ([name, options]) => {
  const make = (): unknown => new deno.VecTrade(options as object)
  expect(make).toThrow(deno.ConfigurationError)
  expect(make).toThrow(name)
  expect(make).not.toThrow('secret')
})

test('importing needs no permission', async () => {
  const ended = await runDeno(['run', fromSources, 'src/index.ts'])
  expect(ended).toEqual({ code: 0, stdout: '', stderr: '' })
})

test('a program runs with only the flags that its errors name', async () => {
  await using sandbox = await startSandbox()
  const flags: string[] = []
  let ended
  for (;;) {
    ended = await runDeno(['run', fromSources, ...flags, 'test/ask.ts'], { env: access(sandbox) })
    const [flag] =
      /(?<=ConfigurationError: .* run it with )--allow-\S+[^,\s]/.exec(ended.stderr) ?? []
    if (flag === undefined || flags.includes(flag)) break
    flags.push(flag)
  }
  expect(ended).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^## The bull case: NVDA\n/),
    stderr: '',
  })
  expect(flags).toEqual([
    '--allow-env=VECTRADE_API_KEY,VECTRADE_BASE_URL',
    `--allow-net=${new URL(sandbox.url).host}`,
  ])
})
