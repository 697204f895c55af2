import { expect, test } from 'vitest'
import { nextStep } from './next-step.ts'
import { makeFolder } from './test-support/repository.ts'

test('changesets are applied before anything is published', () => {
  const files = { '.changeset/config.json': {}, '.changeset/README.md': '' }
  expect(nextStep(makeFolder(files))).toBe('publish')
  expect(nextStep(makeFolder({ ...files, '.changeset/a-change.md': '' }))).toBe('version')
})
