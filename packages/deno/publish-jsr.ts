// Publishes core and this package on JSR, which takes sources. `npx -y pnpm@12 release:jsr` runs it,
// after checks. The flag `--page <url>` comes first: the repository's page, which makes the links of
// the READMEs absolute. All other flags go to Deno. Versions, exports and dependencies are those of
// package.json, from which Deno's own manifests are written into a workspace of copies: in the
// repository they would be a second list of all that, and would have every Deno program here follow
// them.
import { spawnSync } from 'node:child_process'
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { absoluteLinks } from '@vectrade/release/absolute-links'

interface Manifest {
  name: string
  version: string
  license: string
  exports: Record<string, string | Record<string, string>>
  dependencies: Record<string, string>
}

const home = fileURLToPath(new URL('.', import.meta.url))
const packages = join(home, '..')
const flags = process.argv.slice(2)
const [, page] = flags[0] === '--page' ? flags.splice(0, 2) : []
const workspace = mkdtempSync(join(tmpdir(), 'vectrade-jsr-'))
try {
  for (const name of ['core', 'deno']) copyPackage(join(packages, name), join(workspace, name))
  writeJson(join(workspace, 'deno.json'), { workspace: ['./core', './deno'] })
  const deno = join(home, 'node_modules/.bin/deno')
  const args = ['publish', ...flags]
  const { status } = spawnSync(deno, args, { cwd: workspace, stdio: 'inherit' })
  process.exitCode = status ?? 1
} finally {
  rmSync(workspace, { recursive: true })
}

function copyPackage(from: string, to: string): void {
  const { name, version, license, exports, dependencies } = readManifest(from)
  cpSync(join(from, 'src'), join(to, 'src'), {
    recursive: true,
    filter: (path) => !/\.test(?:-d)?\.ts$|\/(?:fixtures|test-support)$/.test(path),
  })
  dropLibraryReferences(join(to, 'src'))
  const readme = readFileSync(join(from, 'README.md'), 'utf8')
  const base = { page: page ?? '', directory: `packages/${basename(from)}` }
  writeFileSync(join(to, 'README.md'), page === undefined ? readme : absoluteLinks(readme, base))
  cpSync(join(home, '../../LICENSE'), join(to, 'LICENSE'))
  const sources = Object.entries(exports).flatMap(([path, target]) =>
    typeof target === 'string' ? [] : [[path, target['@vectrade/source']]],
  )
  // Another member of the workspace is found by its name, and becomes `jsr:` with its version.
  const imports = Object.keys(dependencies)
    .filter((dependency) => !dependency.startsWith('@vectrade/'))
    .map((dependency) => {
      const installed = readManifest(join(from, 'node_modules', dependency)).version
      return [dependency, `npm:${dependency}@^${installed}`]
    })
  writeJson(join(to, 'deno.json'), {
    name,
    version,
    license,
    exports: Object.fromEntries(sources),
    imports: Object.fromEntries(imports),
  })
}

/** JSR refuses sources that name a library of TypeScript; Deno has them all by default. */
function dropLibraryReferences(folder: string): void {
  for (const name of globSync('**/*.ts', { cwd: folder })) {
    const file = join(folder, name)
    const source = readFileSync(file, 'utf8')
    writeFileSync(file, source.replace(/^\/\/\/ <reference lib=.*\n/gm, ''))
  }
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

function writeJson(file: string, content: unknown): void {
  writeFileSync(file, JSON.stringify(content, null, 2))
}
