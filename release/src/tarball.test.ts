import { expect, test } from 'vitest'
import { differentFiles } from './tarball.ts'
import { makeFolder } from './test-support/repository.ts'

test('files differ by content, not by date', () => {
  const files = { 'package.json': '{}', 'dist/index.js': '1' }
  expect(differentFiles(makeFolder(files), makeFolder(files))).toEqual([])
})

test('files that exist in only one folder differ', () => {
  const one = makeFolder({ same: '1', changed: '1', 'only/one': '1' })
  const other = makeFolder({ same: '1', changed: '2', 'only/other': '1' })
  expect(differentFiles(one, other)).toEqual(['changed', 'only/one', 'only/other'])
})
