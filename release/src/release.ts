// `npx -y pnpm@12 release` publishes every package on npm and tags the commit. npm has no transactions, so
// everything that can be checked is checked before the first upload. If an upload still fails, the release
// stops, and a second run finishes it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { comparePublished } from './compare-published.ts'
import { createTags } from './git.ts'
import { main } from './main.ts'
import { type PackedPackage, packPackage } from './pack.ts'
import { planRelease } from './plan.ts'
import { publish } from './publish.ts'
import { runVisibly } from './run.ts'
import { root } from './workspace.ts'

await main(async () => {
  const { provenance = false } = parseArgs({ options: { provenance: { type: 'boolean' } } }).values
  const { packages, metadata, registry, published, tags, env } = await planRelease(root, provenance)
  const version = packages[0]?.version
  if (published.size === packages.length && tags.length === 0) {
    console.log(`Version ${version} is published on ${registry} and tagged: nothing to do.`)
    return
  }

  // Otherwise, files of an earlier build would be packed, too.
  for (const { directory } of packages)
    rmSync(join(root, directory, 'dist'), { recursive: true, force: true })
  await runVisibly('pnpm', ['run', 'build'], { cwd: root })
  const folder = mkdtempSync(join(tmpdir(), 'vectrade-release-'))
  try {
    const packed: PackedPackage[] = []
    for (const each of packages) packed.push(await packPackage(root, each, metadata, folder))
    await comparePublished(packed, published, folder)
    console.log(`Publishing version ${version} on ${registry}`)
    const missing = packed.filter(({ name }) => !published.has(name))
    await publish(missing, { repository: root, registry, env, provenance })
  } finally {
    rmSync(folder, { recursive: true })
  }
  await createTags(root, tags)
  console.log(`Version ${version} is published and tagged. Push the tags: git push --follow-tags`)
  console.log('JSR is a separate step: npx -y pnpm@12 release:jsr')
})
