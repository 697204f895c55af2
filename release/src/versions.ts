import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PublicPackage } from './workspace.ts'

const advice = 'run `npx -y pnpm@12 version-packages` and commit its changes.'

/** Returns the problems of these versions, which `version-packages` must have made. */
export function versionProblems(repository: string, packages: readonly PublicPackage[]): string[] {
  const versions = [...new Set(packages.map(({ version }) => version))]
  const [version] = versions
  if (version === undefined) return ['There is no package to publish.']
  if (versions.length > 1) {
    return [`The packages have different versions, ${versions.join(' and ')}: ${advice}`]
  }
  const problems: string[] = []
  const silent = packages.filter(({ directory }) => !hasEntry(join(repository, directory), version))
  if (silent.length > 0) {
    const names = silent.map(({ name }) => name).join(', ')
    problems.push(`CHANGELOG.md has no entry for version ${version} of ${names}: ${advice}`)
  }
  const file = 'packages/core/src/options/version.ts'
  const source = readFileSync(join(repository, file), 'utf8')
  if (!source.includes(`'${version}'`))
    problems.push(`${file} does not have version ${version}: ${advice}`)
  return problems
}

/** Whether the CHANGELOG.md of a package has an entry for a version. */
export function hasEntry(folder: string, version: string): boolean {
  const file = join(folder, 'CHANGELOG.md')
  return existsSync(file) && readFileSync(file, 'utf8').split('\n').includes(`## ${version}`)
}
