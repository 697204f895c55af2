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

/** The public address that the copy of the repository claims to have. */
export const page = 'https://github.com/example/vectrade-streaming'

/** A clean checkout of this repository, and the environment of a maintainer who releases it. */
export interface Maintainer extends Disposable {
  /** A temporary folder, with everything below. */
  folder: string
  /** The checkout. */
  repository: string
  /** The bare repository that pushes go to. */
  origin: string
  /** The environment of all programs, which lets them reach only this machine. */
  env: NodeJS.ProcessEnv
  /** Runs one of the root's scripts. */
  script(name: string, ...args: string[]): Promise<Outcome>
  git(...args: string[]): Promise<string>
  /** Logs in, for all projects of the user or only for this checkout. */
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
  // Empty, as in this repository while it is not public.
  setInRootManifest(repository, { repository: '', homepage: '', bugs: '' })

  const store = await runWell('pnpm', ['store', 'path'], { cwd: root, env: process.env })
  const env = {
    PATH: process.env['PATH'],
    HOME: home,
    NO_COLOR: '1',
    // Nothing from this machine: no token, no registry, no identity.
    GIT_CONFIG_NOSYSTEM: '1',
    pnpm_config_store_dir: dirname(store.trim()),
    // pnpm would ask a new registry for the age of each package in the lock file.
    pnpm_config_minimum_release_age: '0',
    // Every request to another machine ends at a closed port.
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
  // Otherwise, git would make up a name from the user and the machine.
  await runWell('git', ['config', 'user.useConfigOnly', 'true'], here)
  await runWell('git', ['remote', 'add', 'origin', origin], here)
  await runWell('git', ['add', '--all'], here)
  const identity = ['-c', 'user.name=A contributor', '-c', 'user.email=contributor@example.com']
  await runWell('git', [...identity, 'commit', '--quiet', '--message', 'A copy'], here)
  // Only this step may use the registry of this machine, if a package is missing in its store.
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
  // A file that git tracks may be deleted in this checkout.
  try {
    cpSync(join(root, file), join(to, file), { verbatimSymlinks: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

/** Adds a changeset if there is none, as after a release. Without one, there is no new version. */
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
