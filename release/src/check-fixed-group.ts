// The first step of `version-packages`.
import { fixedGroupProblems } from './fixed-group.ts'
import { main } from './main.ts'
import { ReleaseError } from './release-error.ts'
import { root } from './workspace.ts'

await main(() => {
  const problems = fixedGroupProblems(root)
  if (problems.length > 0) throw new ReleaseError('No version was changed:', problems)
})
