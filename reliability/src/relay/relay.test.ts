import { expect, test } from 'vitest'
import { relay } from './relay.ts'

test(relay.promise, async () => {
  const { figures, failures } = await relay.run('short')
  console.log(figures)
  expect(failures).toEqual([])
})
