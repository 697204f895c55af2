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
  /** The folder with the files of the tarball. */
  contents: string
}

/**
 * Packs a package as it is published: the files that pnpm packs, with absolute links in the README, and with
 * the addresses of the repository in the manifest. Nothing in the checkout changes.
 *
 * @throws ReleaseError if the package has a problem
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

/** Returns the manifest that users get: with the repository, and without the scripts and tools of this one. */
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
