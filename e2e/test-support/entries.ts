import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { tmp } from './install-packages.ts'

interface Manifest {
  name: string
  exports: Record<string, unknown>
}

/** All names that can be imported: the packages and their subpaths. */
export const entries: readonly string[] = globSync('node_modules/@vectrade/*/package.json', {
  cwd: tmp,
})
  .map((path): Manifest => JSON.parse(readFileSync(join(tmp, path), 'utf8')))
  .flatMap(({ name, exports }) => Object.keys(exports).map((path) => join(name, path)))
  .filter((entry) => !entry.endsWith('package.json'))
  .toSorted()
