import { expect, test } from 'vitest'
import { leaks, lookForLeaks } from './leaks.ts'

test('streams leave nothing behind, however they end', async () => {
  const { figures, failures } = await leaks.run('short')
  console.log(leaks.name, figures)
  expect(failures).toEqual([])
})

test.for(['Node', 'Deno'] as const)('leaks are detected: %s', async (runtime) => {
  const environment = { ENDING: 'complete', LEAK: 'yes' }
  const { failures } = await lookForLeaks(runtime, { streams: 100, mostBytes: 800 }, environment)
  expect(failures.map((failure) => failure.replaceAll(/\d+/g, 'n'))).toEqual([
    `${runtime}: complete, heap per stream (bytes): n, at most n`,
    `${runtime}: complete: n descriptors are left`,
    `${runtime}: complete: n timers are left`,
    `${runtime}: complete: n listeners are left`,
  ])
})
