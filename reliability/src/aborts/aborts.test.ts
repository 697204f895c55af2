import { expect, test } from 'vitest'
import { aborts } from './aborts.ts'

test('a call that is aborted at any moment rejects, and its connection closes', async () => {
  const { figures, failures } = await aborts.run('short')
  console.log(aborts.name, figures)
  expect(failures).toEqual([])
})
