import { appendFileSync, globSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { root } from './workspace.ts'

/**
 * What the release workflow does next: `version` while there are changesets, to open or renew the
 * pull request that applies them; `publish` when there are none.
 */
export function nextStep(repository: string): 'version' | 'publish' {
  const files = globSync('*.md', { cwd: join(repository, '.changeset') })
  return files.some((file) => file !== 'README.md') ? 'version' : 'publish'
}

if (import.meta.main) {
  const step = nextStep(root)
  console.log(step)
  const { GITHUB_OUTPUT } = process.env
  if (GITHUB_OUTPUT) appendFileSync(GITHUB_OUTPUT, `step=${step}\n`)
}
