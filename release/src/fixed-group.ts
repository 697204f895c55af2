import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readPublicPackages } from './workspace.ts'

/**
 * Returns the problems of the `fixed` group of changesets, which must name the published packages. A
 * pattern such as `@vectrade/*` would also match private packages, and changesets fails on a package
 * without a version.
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
      : [`${place} must be one group, because all packages share one version.`]),
    ...missing.map((name) => `${place} does not name ${name}, which is published: add it.`),
    ...unknown.map(
      (name) => `${place} names ${name}, which is not a published package: remove it.`,
    ),
  ]
}
