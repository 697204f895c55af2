import { expect, test } from 'vitest'
import { uploads } from './uploads.ts'

test(uploads.promise, async () => {
  const { figures, failures } = await uploads.run('short')
  console.log(figures)
  expect(failures).toEqual([])
})
