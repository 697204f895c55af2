import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readPublicPackages } from './workspace.ts'

/**
 * Returns what is wrong with the `fixed` group of changesets, which must name the published
 * packages. A pattern such as `@vectrade/*` also catches private packages, and changesets fails
 * at one without a version.
 */
export function fixedGroupProblems(repository: string): string[] {
  const config = JSON.parse(readFileSync(join(repository, '.changeset/config.json'), 'utf8')) as {
    fixed: string[][]
  }
  const group = config.fixed.flat()
  const names = readPublicPackages(repository).map(({ name }) => name)
  const missing = names.filter((name) => !group.includes(name)).toSorted()
  const unknown = group.filter((name) => !names.includes(name)).toSorted()
  const place = '`fixed` in .changeset/config.json'
  return [
    ...(config.fixed.length === 1
      ? []
      : [`${place} has to be one group: all packages share one version.`]),
    ...missing.map((name) => `${place} lacks ${name}, which is published: add it.`),
    ...unknown.map(
      (name) => `${place} has ${name}, which is not a published package: take it out.`,
    ),
  ]
}
