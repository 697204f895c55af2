import { expect, test } from 'vitest'
import { live, proveLive } from './live.ts'

test(live.promise, async () => {
  const { figures, failures } = await live.run('short')
  console.log(live.name, figures)
  expect(failures).toEqual([])
})

test.for(['loses', 'doubles'] as const)(
  'an endpoint that %s an event is detected',
  async (fault) => {
    const { failures } = await proveLive({ readers: 4, seconds: 1, cuts: 5, seed: 1, fault })
    expect(failures.join('\n')).toMatch(/\(every\): \w+ \d+ follows \d+$/m)
  },
)
