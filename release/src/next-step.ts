import { appendFileSync, globSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { root } from './workspace.ts'

/**
 * Returns the next step of the release workflow. While there are changesets it is `version`, which opens or
 * updates the pull request that applies them. Without changesets it is `publish`.
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
