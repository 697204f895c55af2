// Runs after `changeset version`. Writes the published version into the constant that clients send.
import { readFileSync, writeFileSync } from 'node:fs'

const core = new URL('../packages/core/', import.meta.url)
const manifest: unknown = JSON.parse(readFileSync(new URL('package.json', core), 'utf8'))
if (typeof manifest !== 'object' || manifest === null || !('version' in manifest)) {
  throw new Error('packages/core/package.json has no version')
}

const file = new URL('src/options/version.ts', core)
const source = readFileSync(file, 'utf8')
const line = /(?<=export const version: string = )'.*'/
if (!line.test(source)) throw new Error('packages/core/src/options/version.ts declares no version')
writeFileSync(file, source.replace(line, `'${String(manifest.version)}'`))
