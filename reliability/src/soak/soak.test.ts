import { expect, test } from 'vitest'
import { soak } from './soak.ts'

test(soak.promise, async () => {
  const { figures, failures } = await soak.run('short')
  console.log(figures)
  expect(failures).toEqual([])
})
