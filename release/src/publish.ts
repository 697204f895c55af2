import type { PackedPackage } from './pack.ts'
import { ReleaseError } from './release-error.ts'
import { run } from './run.ts'

export interface PublishOptions {
  /** Where pnpm runs: its settings there apply, a token in `.npmrc` included. */
  repository: string
  registry: string
  env: NodeJS.ProcessEnv
  /** Sign where the packages were built; only a CI job can. */
  provenance: boolean
}

/**
 * Publishes packages in their order, each from its tarball. It stops at the first that fails.
 *
 * @throws ReleaseError that says what is published, what is not, and how to go on
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
        'No tag was made. After a repair, run `npx -y pnpm@12 release` on the same commit: it publishes what is missing.',
      ])
    }
    console.log(`  ${each.name}`)
  }
}

/** `latest`; for `1.0.0-next.2`, `next`. */
export function distTag(version: string): string {
  const [, channel] = /^[\d.]+-([a-z][a-z\d-]*)/i.exec(version) ?? []
  return version.includes('-') ? (channel ?? 'next') : 'latest'
}

function list(packages: readonly PackedPackage[]): string {
  return packages.map(({ name }) => name).join(', ') || 'nothing'
}
