import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The fields of a package.json that a release reads. */
export interface Manifest {
  name: string
  version: string
  private?: boolean
  dependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
  [field: string]: unknown
}

/** A package of this repository that is published. */
export interface PublicPackage {
  name: string
  version: string
  /** The folder, from the root of the repository, with forward slashes: `packages/core`. */
  directory: string
  manifest: Manifest
}

/** The root of this repository. */
export const root: string = join(import.meta.dirname, '../..')

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}

/**
 * Returns the published packages, each after its dependencies. In this order, the registry never has a
 * package without its dependencies.
 */
export function readPublicPackages(repository: string): PublicPackage[] {
  const packages = globSync('packages/*/package.json', { cwd: repository })
    .toSorted()
    .map((file) => file.replaceAll('\\', '/').replace(/\/package\.json$/, ''))
    .map((directory) => ({ directory, manifest: readManifest(join(repository, directory)) }))
    .filter(({ manifest }) => manifest.private !== true)
    .map(({ directory, manifest }) => ({
      name: manifest.name,
      version: manifest.version,
      directory,
      manifest,
    }))

  const byName = new Map(packages.map((each) => [each.name, each]))
  const sorted = new Set<PublicPackage>()
  function add(each: PublicPackage): void {
    for (const name of Object.keys(each.manifest.dependencies ?? {})) {
      const dependency = byName.get(name)
      if (dependency !== undefined) add(dependency)
    }
    sorted.add(each)
  }
  packages.forEach(add)
  return [...sorted]
}
