import process from 'node:process'
import { checkoutProblems, missingTags } from './git.ts'
import { type Metadata, readMetadata } from './metadata.ts'
import { findNpmCredential } from './npm-credential.ts'
import { hasIdToken } from './oidc.ts'
import { findPublished, findRegistry, type PublishedVersion } from './registry.ts'
import { ReleaseError } from './release-error.ts'
import { versionProblems } from './versions.ts'
import { type PublicPackage, readManifest, readPublicPackages } from './workspace.ts'

/** A release without known problems. */
export interface Plan {
  packages: readonly PublicPackage[]
  metadata: Metadata
  registry: string
  /** The packages that the registry already has, by name. */
  published: ReadonlyMap<string, PublishedVersion>
  tags: readonly string[]
  /** The environment in which pnpm publishes. */
  env: NodeJS.ProcessEnv
}

/**
 * Checks everything that a release needs, without changing anything.
 *
 * @throws ReleaseError that lists everything that is missing, including credentials
 */
export async function planRelease(
  repository: string,
  provenance: boolean,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Plan> {
  const packages = readPublicPackages(repository)
  const problems = await sourceProblems(repository, packages)
  if (provenance && !hasIdToken(environment)) {
    problems.push('--provenance is for CI jobs that can prove their identity: leave it out here.')
  }
  const registry = await findRegistry(repository, environment)
  const published = new Map<string, PublishedVersion>()
  let { env, ...credential } = { env: environment, problems: [] as string[] }
  try {
    for (const { name, version } of packages) {
      const found = await findPublished(registry, name, version)
      if (found !== undefined) published.set(name, found)
    }
    const names = packages.map(({ name }) => name).filter((name) => !published.has(name))
    if (names.length > 0) {
      ;({ env, ...credential } = await findNpmCredential(repository, registry, names, environment))
    }
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error
    problems.push(error.message)
  }
  problems.push(...credential.problems)
  if (problems.length > 0) throw new ReleaseError('Nothing was published:', problems)
  const metadata = readMetadata(readManifest(repository))
  const tags = await missingTags(repository, packages)
  return { packages, metadata, registry, published, tags, env }
}

/** Returns the problems that keep this commit from being released anywhere. */
export async function sourceProblems(
  repository: string,
  packages: readonly PublicPackage[],
): Promise<string[]> {
  return [
    ...metadataProblems(repository),
    ...versionProblems(repository, packages),
    ...(await checkoutProblems(repository)),
  ]
}

function metadataProblems(repository: string): string[] {
  try {
    readMetadata(readManifest(repository))
    return []
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error
    return [error.message]
  }
}
