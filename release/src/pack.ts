import { readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { absoluteLinks } from './absolute-links.ts'
import type { Metadata } from './metadata.ts'
import { packageProblems } from './package-problems.ts'
import { ReleaseError } from './release-error.ts'
import { run } from './run.ts'
import { unpack } from './tarball.ts'
import { type Manifest, type PublicPackage, readManifest } from './workspace.ts'

/** A package, ready to be published. */
export interface PackedPackage extends PublicPackage {
  tarball: string
  /** What is in the tarball, as files. */
  contents: string
}

/**
 * Packs what is published: the files that pnpm packs, with absolute links in the README and, in the
 * manifest, where the package comes from. Nothing in the checkout changes.
 *
 * @throws ReleaseError if what would be published is not sound
 */
export async function packPackage(
  repository: string,
  each: PublicPackage,
  metadata: Metadata,
  into: string,
): Promise<PackedPackage> {
  const file = `${basename(each.directory)}-${each.version}`
  const draft = join(into, `${file}.draft.tgz`)
  await run('pnpm', ['pack', '--out', draft], { cwd: join(repository, each.directory) })
  const folder = await unpack(draft, join(into, `${file}.draft`))
  const readme = join(folder, 'README.md')
  const base = { page: metadata.page, directory: each.directory }
  writeFileSync(readme, absoluteLinks(readFileSync(readme, 'utf8'), base))
  const manifest = publishedManifest(readManifest(folder), metadata, each.directory)
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest, null, 2))

  const tarball = join(into, `${file}.tgz`)
  await run('pnpm', ['pack', '--out', tarball], { cwd: folder })
  const contents = await unpack(tarball, join(into, file))
  const problems = packageProblems(contents, each.version)
  if (problems.length > 0) throw new ReleaseError(`${each.name} cannot be published:`, problems)
  return { ...each, tarball, contents }
}

/** The manifest that users get: with its origin, without what only this repository can run. */
export function publishedManifest(
  packed: Manifest,
  metadata: Metadata,
  directory: string,
): Manifest {
  const {
    name,
    version,
    description,
    keywords,
    scripts: _scripts,
    devDependencies: _tools,
    ...rest
  } = packed
  return {
    name,
    version,
    description,
    keywords,
    homepage: metadata.homepage,
    bugs: { url: metadata.bugs },
    repository: { type: 'git', url: `git+${metadata.page}.git`, directory },
    ...rest,
  }
}
