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

const variables = '--allow-env=VECTRADE_API_KEY,VECTRADE_BASE_URL'

test('a program runs with only the flags that its errors name', async () => {
  await using sandbox = await startSandbox()
  const { flags, ended } = await addFlags('test/ask.ts', access(sandbox))
  expect(ended).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^## The bull case: NVDA\n/),
    stderr: '',
  })
  expect(flags).toEqual([variables, `--allow-net=${new URL(sandbox.url).host}`])
})

test('a program with live data runs with only the flags that its errors name', async () => {
  await using sandbox = await startSandbox()
  const env = { ...access(sandbox), VECTRADE_LIVE_URL: sandbox.liveURL }
  const { flags, ended } = await addFlags('test/follow.ts', env)
  expect(ended).toEqual({ code: 0, stdout: 'quote.update\n', stderr: '' })
  const host = new URL(sandbox.url).host
  expect(flags).toEqual([variables, `${variables},VECTRADE_LIVE_URL`, `--allow-net=${host}`])
})

/** Runs a program again and again, each time with the flag that its error has named. */
async function addFlags(program: string, env: Record<string, string>) {
  const flags: string[] = []
  for (;;) {
    const given = flags.filter((flag) => !flags.some((other) => other.startsWith(`${flag},`)))
    const ended = await runDeno(['run', fromSources, ...given, program], { env })
    const [flag] =
      /(?<=ConfigurationError: .* run it with )--allow-\S+[^,\s]/.exec(ended.stderr) ?? []
    if (flag === undefined || flags.includes(flag)) return { flags, ended }
    flags.push(flag)
  }
}
