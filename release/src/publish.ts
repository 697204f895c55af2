import type { PackedPackage } from './pack.ts'
import { ReleaseError } from './release-error.ts'
import { run } from './run.ts'

export interface PublishOptions {
  /** The folder in which pnpm runs. Its settings apply, including a token in `.npmrc`. */
  repository: string
  registry: string
  env: NodeJS.ProcessEnv
  /** Whether to sign where the packages were built. Only a CI job can do that. */
  provenance: boolean
}

/**
 * Publishes packages in order, each from its tarball. Stops at the first failure.
 *
 * @throws ReleaseError that says what is published, what is not, and how to continue
 */
export async function publish(
  packages: readonly PackedPackage[],
  { repository, registry, env, provenance }: PublishOptions,
): Promise<void> {
  for (const [index, each] of packages.entries()) {
    const args = ['publish', each.tarball, '--registry', registry]
    args.push('--access', 'public', '--tag', distTag(each.version), '--no-git-checks')
    if (provenance) args.push('--provenance')
    try {
      await run('pnpm', args, { cwd: repository, env })
    } catch (error) {
      throw new ReleaseError(`${each.name} was not published. ${(error as Error).message}\n`, [
        `Published: ${list(packages.slice(0, index))}`,
        `Not published: ${list(packages.slice(index))}`,
        'No tag was made. Fix the cause, then run `npx -y pnpm@12 release` on the same commit: it publishes the missing packages.',
      ])
    }
    console.log(`  ${each.name}`)
  }
}

/** Returns the tag of a version: `latest`, or `next` for `1.0.0-next.2`. */
export function distTag(version: string): string {
  const [, channel] = /^[\d.]+-([a-z][a-z\d-]*)/i.exec(version) ?? []
  return version.includes('-') ? (channel ?? 'next') : 'latest'
}

function list(packages: readonly PackedPackage[]): string {
  return packages.map(({ name }) => name).join(', ') || 'nothing'
}
