import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** This workspace, where its dependencies are found. */
export const folder: string = fileURLToPath(new URL('..', import.meta.url))

/** The version of an installed package, from its own package.json, which not all export. */
export function versionOf(name: string): string {
  const manifest = createRequire(join(folder, 'package.json'))
  return (manifest(join(folder, 'node_modules', name, 'package.json')) as { version: string })
    .version
}

/** What is measured: tests run on the sources, and `bench` on what users get. */
export const conditions: string[] = process.env['VITEST'] === undefined ? [] : ['@vectrade/source']
