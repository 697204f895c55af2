import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import type { PublishedManifest } from './registry.ts'
import { runWell } from './run.ts'

/** Unpacks a package from the registry, and returns the folder with its files. */
export async function unpack({ name, dist }: PublishedManifest, into: string): Promise<string> {
  const folder = join(into, name)
  if (existsSync(folder)) return folder
  mkdirSync(folder, { recursive: true })
  const response = await fetch(dist.tarball)
  writeFileSync(`${folder}.tgz`, Buffer.from(await response.arrayBuffer()))
  const args = ['-xzf', `${folder}.tgz`, '-C', folder, '--strip-components=1']
  await runWell('tar', args, { cwd: folder, env: process.env })
  return folder
}

/** Returns the links of a Markdown file. */
export function linksIn(file: string): string[] {
  return Array.from(readFileSync(file, 'utf8').matchAll(/\]\(([^)\s]+)/g), ([, link = '']) => link)
}

/** Whether a link from the root of a repository names a file, and a heading if it names one. */
export function leadsSomewhere(link: string, repository: string): boolean {
  const [path = '', heading] = link.split('#')
  const file = join(repository, path)
  if (!existsSync(file)) return false
  if (heading === undefined) return true
  const titles = readFileSync(file, 'utf8').match(/^#+ .+$/gm) ?? []
  return titles.map(slug).includes(heading)
}

/** Returns the anchor that GitHub makes for a heading. */
function slug(title: string): string {
  const words = title.replace(/^#+ /, '').toLowerCase()
  return words.replace(/[^\w\- ]/g, '').replaceAll(' ', '-')
}
