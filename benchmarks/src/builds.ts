import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** This workspace, where its dependencies are found. */
export const folder: string = fileURLToPath(new URL('..', import.meta.url))

/** Whether the packages are built: what users get is measured then, and else the sources. */
export function isBuilt(): boolean {
  return ['core', 'node', 'browser', 'edge'].every((name) =>
    existsSync(join(folder, 'node_modules/@vectrade', name, 'dist/index.js')),
  )
}

/** The version of an installed package, from its own package.json, which not all export. */
export function versionOf(name: string): string {
  const manifest = createRequire(join(folder, 'package.json'))
  return (manifest(join(folder, 'node_modules', name, 'package.json')) as { version: string })
    .version
}

/** How a row says which of the two was measured. */
export function source(): string {
  return isBuilt() ? 'built' : 'sources'
}

export const conditions = (): string[] => (isBuilt() ? [] : ['@vectrade/source'])
