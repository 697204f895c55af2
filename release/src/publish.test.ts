import { expect, test } from 'vitest'
import { distTag } from './publish.ts'

test.for([
  ['1.2.0', 'latest'],
  ['1.2.0-next.1', 'next'],
  ['1.2.0-beta-2.1', 'beta-2'],
  ['1.2.0-1', 'next'],
] as const)('%s is published as %s', ([version, tag]) => {
  expect(distTag(version)).toBe(tag)
})
