import { expect, test } from 'vitest'
import { busy } from './busy.ts'

test(busy.promise, async () => {
  const { figures, failures } = await busy.run('short')
  console.log(figures)
  expect(failures).toEqual([])
})
