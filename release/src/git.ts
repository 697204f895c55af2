import { run } from './run.ts'
import type { PublicPackage } from './workspace.ts'

/** Returns the problems that keep this checkout from being released, such as uncommitted files. */
export async function checkoutProblems(repository: string): Promise<string[]> {
  const problems: string[] = []
  const status = await git(repository, ['status', '--porcelain']).catch(() => undefined)
  if (status === undefined) return ['This is not a git checkout, so nothing can be tagged.']
  if (status !== '') {
    const files = status.trimEnd().split('\n')
    const list = files.slice(0, 5).map((line) => line.slice(3))
    const more = files.length > list.length ? `, and ${files.length - list.length} more` : ''
    problems.push(`Files are not committed: ${list.join(', ')}${more}. Commit them or remove them.`)
  }
  const identity = await git(repository, ['var', 'GIT_COMMITTER_IDENT']).catch(() => undefined)
  if (identity === undefined) {
    problems.push('Git has no author for the tags: set `git config user.name` and `user.email`.')
  }
  return problems
}

/** Returns the tags of a release that do not exist yet. changesets names them `@vectrade/core@1.2.3`. */
export async function missingTags(
  repository: string,
  packages: readonly PublicPackage[],
): Promise<string[]> {
  const tags = new Set((await git(repository, ['tag', '--list'])).split('\n'))
  return packages.map(({ name, version }) => `${name}@${version}`).filter((name) => !tags.has(name))
}

export async function createTags(repository: string, names: readonly string[]): Promise<void> {
  for (const name of names) await git(repository, ['tag', '--message', name, name])
}

async function git(cwd: string, args: string[]): Promise<string> {
  return run('git', args, { cwd })
}
