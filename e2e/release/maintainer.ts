import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { type Outcome, run, runWell } from './run.ts'

const root = join(import.meta.dirname, '../..')

/** The address that the copy claims to be public at. */
export const page = 'https://github.com/example/vectrade-streaming'

/** A clean checkout of this repository, and the surroundings of the one who releases it. */
export interface Maintainer extends Disposable {
  /** A temporary one, with all that follows. */
  folder: string
  /** The checkout. */
  repository: string
  /** Where pushes go: a bare repository. */
  origin: string
  /** For programs that must reach nothing but this machine. */
  env: NodeJS.ProcessEnv
  /** Runs one of the root's scripts. */
  script(name: string, ...args: string[]): Promise<Outcome>
  git(...args: string[]): Promise<string>
  /** Logs in, for all of the user's projects or for this checkout only. */
  logIn(where: 'home' | 'checkout', token: string): void
  logOut(): void
}

export async function createMaintainer(registry: string): Promise<Maintainer> {
  const folder = mkdtempSync(join(tmpdir(), 'vectrade-maintainer-'))
  const repository = join(folder, 'checkout')
  const origin = join(folder, 'origin.git')
  const home = join(folder, 'home')
  const npmrcs = { home: join(home, '.npmrc'), checkout: join(repository, '.npmrc') }
  mkdirSync(home)
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
  const files = await runWell('git', list, { cwd: root, env: process.env })
  for (const file of files.split('\0').filter(Boolean)) copy(file, repository)
  addChangeset(repository)
  // As long as the repository is not public, they are empty here as well.
  setInRootManifest(repository, { repository: '', homepage: '', bugs: '' })

  const store = await runWell('pnpm', ['store', 'path'], { cwd: root, env: process.env })
  const env = {
    PATH: process.env['PATH'],
    HOME: home,
    NO_COLOR: '1',
    // Nothing of the machine's own: no token, no registry, no identity.
    GIT_CONFIG_NOSYSTEM: '1',
    pnpm_config_store_dir: dirname(store.trim()),
    // The age of the lock file's packages is known; at a new registry, pnpm would ask for each again.
    pnpm_config_minimum_release_age: '0',
    // Whatever goes elsewhere than to this machine ends at a closed port.
    HTTP_PROXY: 'http://127.0.0.1:9',
    HTTPS_PROXY: 'http://127.0.0.1:9',
    NO_PROXY: '127.0.0.1,localhost',
  }
  const here = { cwd: repository, env }
  await runWell('git', ['init', '--quiet', '--initial-branch=main', repository], {
    cwd: folder,
    env,
  })
  await runWell('git', ['init', '--quiet', '--bare', origin], { cwd: folder, env })
  // A name made of the machine's does not count.
  await runWell('git', ['config', 'user.useConfigOnly', 'true'], here)
  await runWell('git', ['remote', 'add', 'origin', origin], here)
  await runWell('git', ['add', '--all'], here)
  const identity = ['-c', 'user.name=A contributor', '-c', 'user.email=contributor@example.com']
  await runWell('git', [...identity, 'commit', '--quiet', '--message', 'A copy'], here)
  // The one thing that takes the machine's own registry, if its store lacks a package.
  const install = ['install', '--frozen-lockfile', '--prefer-offline']
  await runWell('pnpm', install, { cwd: repository, env: process.env })
  writeFileSync(npmrcs.home, `registry=${registry}\n`)
  return {
    folder,
    repository,
    origin,
    env,
    script: (name, ...args) => run('pnpm', [name, ...args], here),
    git: (...args) => runWell('git', args, here),
    logIn: (where, token) =>
      appendFileSync(npmrcs[where], `${registry.replace('http:', '')}:_authToken=${token}\n`),
    logOut() {
      rmSync(npmrcs.checkout, { force: true })
      writeFileSync(npmrcs.home, `registry=${registry}\n`)
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function copy(file: string, to: string): void {
  // A file that git knows may be deleted here.
  try {
    cpSync(join(root, file), join(to, file), { verbatimSymlinks: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

/** Right after a release there is no changeset, and nothing that a version could be made of. */
function addChangeset(repository: string): void {
  const folder = join(repository, '.changeset')
  if (readdirSync(folder).some((file) => file.endsWith('.md'))) return
  writeFileSync(join(folder, 'one.md'), "---\n'@vectrade/core': patch\n---\n\nA change.\n")
}

/** Sets fields of the root manifest. */
export function setInRootManifest(repository: string, fields: Record<string, unknown>): void {
  const file = join(repository, 'package.json')
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  writeFileSync(file, `${JSON.stringify({ ...manifest, ...fields }, null, 2)}\n`)
}
