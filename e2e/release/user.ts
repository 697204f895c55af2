import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { type Outcome, run, runWell } from './run.ts'

const yarn = join(import.meta.dirname, '../node_modules/@yarnpkg/cli-dist/bin/yarn.js')

export type PackageManager = 'npm' | 'pnpm' | 'yarn'

/** A user with a machine that has only Node and package managers, which use one registry. */
export interface User extends Disposable {
  /** Makes an empty project, and returns its folder. */
  createProject(name: string): string
  /** Adds packages to a project by their names. */
  install(manager: PackageManager, project: string, names: string[]): Promise<Outcome>
  /** Runs a program of a project. */
  runProgram(
    manager: PackageManager,
    project: string,
    code: string,
    variables?: NodeJS.ProcessEnv,
  ): Promise<string>
  /** Runs `npx @vectrade/sandbox` in an empty folder. */
  startSandbox(): Promise<RunningSandbox>
}

export interface RunningSandbox extends AsyncDisposable {
  url: string
  apiKey: string
}

export function createUser(registry: string): User {
  const home = mkdtempSync(join(tmpdir(), 'vectrade-user-'))
  writeFileSync(join(home, '.npmrc'), `registry=${registry}\nfund=false\naudit=false\n`)
  const yarnSettings = [
    `npmRegistryServer: ${registry}`,
    'unsafeHttpWhitelist: [127.0.0.1]',
    'enableTelemetry: false',
    // The test has just released the packages.
    'npmMinimalAgeGate: 0',
  ]
  writeFileSync(join(home, '.yarnrc.yml'), `${yarnSettings.join('\n')}\n`)
  const env = { PATH: process.env['PATH'], HOME: home, pnpm_config_minimum_release_age: '0' }

  function createProject(name: string): string {
    const folder = join(home, name)
    mkdirSync(folder)
    writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n')
    return folder
  }

  return {
    createProject,
    async install(manager, cwd, names) {
      if (manager === 'npm') return run('npm', ['install', ...names], { cwd, env })
      if (manager === 'pnpm') return run('pnpm', ['add', ...names], { cwd, env })
      // Without this file, Yarn does not take the folder for a project.
      writeFileSync(join(cwd, 'yarn.lock'), '')
      return run('node', [yarn, 'add', '--exact', ...names], { cwd, env })
    },
    async runProgram(manager, cwd, code, variables = {}) {
      writeFileSync(join(cwd, 'main.js'), stripTypeScriptTypes(code))
      const args = manager === 'yarn' ? [yarn, 'node', 'main.js'] : ['main.js']
      return runWell('node', args, { cwd, env: { ...env, ...variables } })
    },
    startSandbox: () => startSandbox(createProject('sandbox'), env),
    [Symbol.dispose]: () => rmSync(home, { recursive: true, force: true }),
  }
}

async function startSandbox(cwd: string, env: NodeJS.ProcessEnv): Promise<RunningSandbox> {
  // Its own process group, because npx runs the command in a shell.
  const child = spawn('npx', ['--yes', '@vectrade/sandbox', '--port', '0'], {
    cwd,
    env,
    detached: true,
  })
  let output = ''
  const { url, apiKey } = await new Promise<{ url: string; apiKey: string }>((resolve, reject) => {
    const read = (data: Buffer): void => {
      output += data.toString()
      const [, at] = /URL +(\S+)\n/.exec(output) ?? []
      const [, key] = /Key +(\S+)\n/.exec(output) ?? []
      if (at !== undefined && key !== undefined) resolve({ url: at, apiKey: key })
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('error', reject)
    child.once('close', () => reject(new Error(`npx @vectrade/sandbox ended:\n${output}`)))
  })
  return {
    url,
    apiKey,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => child.once('close', resolve))
      process.kill(-child.pid!, 'SIGTERM')
      await closed
    },
  }
}

/** Returns the first program of a page. */
export function firstSnippet(page: string): string {
  const [, code] = /^```ts\n([\s\S]*?)^```/m.exec(readFileSync(page, 'utf8')) ?? []
  if (code === undefined) throw new Error(`${page} has no program`)
  return code
}
