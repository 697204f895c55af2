// Publishes the sources of core and this package on JSR. `npx -y pnpm@12 release:jsr` checks the packages
// and then runs this program. The first flag can be `--page <url>`, the page of the repository: it makes
// the links in the READMEs absolute. All other flags go to Deno.
//
// Copies the packages into a temporary workspace and writes Deno's manifests there, from package.json. In
// the repository, these manifests would repeat package.json, and every Deno program would use them.
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
  // Deno finds the other package in the workspace and replaces its name with a `jsr:` specifier.
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

/** Removes references to TypeScript's libraries. JSR refuses them, and Deno loads the libraries anyway. */
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
