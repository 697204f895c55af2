import { createHash } from 'node:crypto'
import { globSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './run.ts'

/** Unpacks the tarball of a package, and returns the folder with its package.json. */
export async function unpack(tarball: string, into: string): Promise<string> {
  mkdirSync(into, { recursive: true })
  await run('tar', ['-xzf', tarball, '-C', into, '--strip-components=1'], { cwd: into })
  return into
}

/**
 * Returns the files that differ in two unpacked packages. Compares the files, not the tarballs, because
 * another version of the packer may compress the same files differently.
 */
export function differentFiles(one: string, other: string): string[] {
  const [ones, others] = [digests(one), digests(other)]
  const files = new Set([...ones.keys(), ...others.keys()])
  return [...files].filter((file) => ones.get(file) !== others.get(file)).toSorted()
}

/** Returns every file of a folder, with forward slashes. */
export function filesIn(folder: string): string[] {
  return globSync('**', { cwd: folder })
    .filter((file) => statSync(join(folder, file)).isFile())
    .map((file) => file.replaceAll('\\', '/'))
    .toSorted()
}

function digests(folder: string): Map<string, string> {
  const digest = (file: string): string =>
    createHash('sha256')
      .update(readFileSync(join(folder, file)))
      .digest('hex')
  return new Map(filesIn(folder).map((file) => [file, digest(file)]))
}
