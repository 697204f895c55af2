import { expect, test } from 'vitest'
import { getDependencyReleaseLine, getReleaseLine } from './changelog.ts'

test('a changeset is an item of a list, with all of its paragraphs', () => {
  expect(getReleaseLine({ summary: 'First.\n\nSecond,\nlonger.' })).toBe(
    '- First.\n\n  Second,\n  longer.',
  )
})

test('dependencies are named once, however many changesets there are', () => {
  const dependencies = [{ name: '@vectrade/core', newVersion: '1.2.0' }]
  const changesets = [{ summary: 'One' }, { summary: 'Two' }]
  expect(getDependencyReleaseLine(changesets, dependencies)).toBe(
    '- Updated dependencies\n  - @vectrade/core@1.2.0',
  )
  expect(getDependencyReleaseLine(changesets, [])).toBe('')
})
