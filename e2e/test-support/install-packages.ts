// Runs once per test run. Puts the packages, as published, into `tmp/node_modules`, where the projects in
// `tmp` find them. The projects find their other imports one folder further up, in `e2e/node_modules`.
import { execFileSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

interface Manifest {
  name: string
  private?: boolean
  dependencies?: Record<string, string>
}

const root = fileURLToPath(new URL('../..', import.meta.url))
export const tmp: string = join(root, 'e2e/tmp')

export default function setup(): void {
  rmSync(tmp, { recursive: true, force: true })
  const tarballs = join(tmp, 'tarballs')
  mkdirSync(tarballs, { recursive: true })
  const pack = ['--filter', './packages/*', 'pack', '--pack-destination', tarballs]
  execFileSync('pnpm', pack, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  for (const path of globSync('packages/*/package.json', { cwd: root })) {
    const manifest: Manifest = JSON.parse(readFileSync(join(root, path), 'utf8'))
    if (!manifest.private) install(manifest, join(root, path, '..'), tarballs)
  }
}

function install({ name, dependencies = {} }: Manifest, from: string, tarballs: string): void {
  const to = join(tmp, 'node_modules', name)
  mkdirSync(to, { recursive: true })
  const [tarball] = globSync(`${name.slice(1).replace('/', '-')}-*.tgz`, { cwd: tarballs })
  if (tarball === undefined) throw new Error(`${name} was not packed`)
  execFileSync('tar', ['-xzf', join(tarballs, tarball), '-C', to, '--strip-components=1'])
  for (const dependency of Object.keys(dependencies)) {
    if (dependency.startsWith('@vectrade/')) continue
    const source = realpathSync(join(from, 'node_modules', dependency))
    cpSync(source, join(tmp, 'node_modules', dependency), { recursive: true })
  }
}
