import { execFile } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

/** A program that tests need. */
export interface Program {
  /** As in an error's message. */
  title: string
  /** The environment variable that names its file. */
  variable: string
  /** What it may be called on the `PATH`. */
  commands: readonly string[]
  /** Files that it may be in all the same, such as one that a package of npm has brought. */
  own?: readonly string[]
  /** Debian's package that has it. */
  debianPackage: string
}

/** Where to look; the tests of this have their own. */
export interface Surroundings {
  variables: Record<string, string | undefined>
  isRoot: boolean
}

const run = promisify(execFile)

/**
 * The file of a program: the one that its variable names, else one on the `PATH`, else a package's
 * own, else the one that apt-get installs, as root or by a `sudo` that asks for no password.
 *
 * @throws Error that says which variable to set, and which package to install
 */
export async function findProgram(
  program: Program,
  surroundings: Surroundings = { variables: process.env, isRoot: process.getuid?.() === 0 },
): Promise<string> {
  const { title, variable, commands, own = [], debianPackage } = program
  const { variables } = surroundings
  const named = variables[variable]
  if (named) {
    if (isExecutable(named)) return named
    throw new Error(`${variable} is set to ${named}, where there is no program`)
  }
  const installed = onPath(commands, variables)
  if (installed) {
    await installing(variables)
    return installed
  }
  const brought = own.find(isExecutable)
  if (brought) return brought
  const advice = `Install it (Debian: ${debianPackage}) or set ${variable} to its file.`
  const problem = await install(debianPackage, surroundings)
  const found = onPath(commands, variables) ?? own.find(isExecutable)
  if (found) return found
  throw new Error(`${title} is not there. ${advice} ${problem}`)
}

function onPath(
  commands: readonly string[],
  { PATH = '' }: Surroundings['variables'],
): string | undefined {
  const folders = PATH.split(delimiter).filter((folder) => folder !== '')
  return commands
    .flatMap((command) => folders.map((folder) => join(folder, command)))
    .find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

/** Resolves once no other test is installing: what lies on the `PATH` may not be whole before. */
async function installing(variables: Surroundings['variables']): Promise<void> {
  // Without flock, nobody is.
  await run('flock', ['--shared', '/etc/apt', '-c', ':'], { env: variables }).catch(() => {})
}

/** Gives what went wrong, as a sentence. */
async function install(
  debianPackage: string,
  { variables, isRoot }: Surroundings,
): Promise<string> {
  const aptGet = onPath(['apt-get'], variables)
  if (aptGet === undefined) return 'There is no apt-get to install it with.'
  const script =
    '"$0" update && exec "$0" -o DPkg::Lock::Timeout=600 install -y --no-install-recommends "$1"'
  const environment = ['env', 'DEBIAN_FRONTEND=noninteractive']
  // apt-get waits for another one's lock only in part: flock lets those of our own tests queue.
  const command = ['flock', '/etc/apt', ...environment, 'sh', '-c', script, aptGet, debianPackage]
  const [file = '', ...args] = isRoot ? command : ['sudo', '-n', ...command]
  try {
    await run(file, args, { env: variables, maxBuffer: 2 ** 26 })
    return 'apt-get installed the package, and the program is not on the PATH.'
  } catch (error) {
    const { message, stderr } = error as Error & { stderr?: string }
    return `apt-get failed: ${(stderr ?? message).trim() || message}`
  }
}
