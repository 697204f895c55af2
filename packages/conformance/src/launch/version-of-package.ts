import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** Returns the version of the package at the end of a chain of dependencies. */
export function versionOfPackage(...chain: string[]): string {
  let manifest = import.meta.filename
  for (const name of chain) manifest = createRequire(manifest).resolve(`${name}/package.json`)
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version
}
