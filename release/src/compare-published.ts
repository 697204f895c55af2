import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PackedPackage } from './pack.ts'
import { type PublishedVersion, reasonOf } from './registry.ts'
import { ReleaseError } from './release-error.ts'
import { differentFiles, unpack } from './tarball.ts'

/**
 * Makes sure that the published packages have the files of this commit. If so, they belong to this
 * release, which stopped halfway.
 *
 * @throws ReleaseError if their files differ
 */
export async function comparePublished(
  packages: readonly PackedPackage[],
  published: ReadonlyMap<string, PublishedVersion>,
  into: string,
): Promise<void> {
  const problems: string[] = []
  for (const { name, contents } of packages) {
    const found = published.get(name)
    if (found === undefined) continue
    const file = join(into, 'published.tgz')
    writeFileSync(file, await download(found.tarball))
    const folder = await unpack(file, join(into, 'published', name))
    const different = differentFiles(contents, folder)
    if (different.length > 0) problems.push(`${name}: ${different.slice(0, 5).join(', ')}`)
  }
  if (problems.length === 0) return
  throw new ReleaseError(
    'Nothing was published: the registry already has this version, with other files than this ' +
      'commit. Check out the commit that it came from, or make a new version. Different files:',
    problems,
  )
}

async function download(url: string): Promise<Buffer> {
  const response = await fetch(url).catch((error: unknown) => {
    throw new ReleaseError(`No answer from ${url}: ${reasonOf(error)}`)
  })
  if (!response.ok) throw new ReleaseError(`The registry answers ${response.status} for ${url}.`)
  return Buffer.from(await response.arrayBuffer())
}
