import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readUpstream } from './read-upstream.ts'

const url = 'http://localhost:11434/v1'
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vectrade-'))
  await writeFile(join(folder, 'system.txt'), 'Be brief.\n')
})
afterAll(() => rm(folder, { recursive: true }))

test('there is no upstream unless something names one', () => {
  expect(readUpstream({}, {})).toBeUndefined()
  expect(readUpstream({ model: undefined }, { VECTRADE_UPSTREAM: '' })).toBeUndefined()
  // A variable for later is no mistake. A flag that does nothing is.
  expect(readUpstream({}, { VECTRADE_UPSTREAM_MODEL: 'm' })).toBeUndefined()
})

test('it comes from flags', () => {
  const flags = {
    upstream: url,
    model: 'llama3.2',
    'upstream-key-env': 'MY_KEY',
    system: join(folder, 'system.txt'),
  }
  expect(readUpstream(flags, { MY_KEY: 'sk-1\n' })).toEqual({
    url,
    model: 'llama3.2',
    apiKey: 'sk-1',
    system: 'Be brief.',
  })
})

test('it comes from the environment, but flags take precedence', () => {
  const env = {
    VECTRADE_UPSTREAM: url,
    VECTRADE_UPSTREAM_MODEL: 'llama3.2',
    VECTRADE_UPSTREAM_KEY_ENV: 'MY_KEY',
    VECTRADE_UPSTREAM_SYSTEM: join(folder, 'system.txt'),
    MY_KEY: 'sk-1',
  }
  const upstream = { url, model: 'llama3.2', apiKey: 'sk-1', system: 'Be brief.' }
  expect(readUpstream({}, env)).toEqual(upstream)
  expect(readUpstream({ model: 'other' }, env)).toEqual({ ...upstream, model: 'other' })
})

test.each([
  [{ upstream: url }, '--upstream needs --model <name> (or VECTRADE_UPSTREAM_MODEL)'],
  [{ model: 'm' }, '--model needs --upstream <url> (or VECTRADE_UPSTREAM)'],
  [{ system: 'x' }, '--system needs --upstream <url>'],
  [{ upstream: url, model: 'm', 'upstream-key-env': 'MY_KEY' }, 'MY_KEY is not set'],
  [{ upstream: url, model: 'm', 'upstream-key-env': 'sk-secret' }, 'that name is not set'],
  [{ upstream: url, model: 'm', system: '/none/such' }, 'cannot read /none/such (ENOENT)'],
])('%j is refused in one line', (flags, message) => {
  const read = (): unknown => readUpstream(flags, {})
  expect(read).toThrow(TypeError)
  expect(read).toThrow(message)
  expect(read).not.toThrow(/secret|\n/)
})
