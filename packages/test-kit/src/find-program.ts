import { execFile } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

/** A program that tests need. */
export interface Program {
  /** The name for error messages. */
  title: string
  /** The environment variable that names its file. */
  variable: string
  /** The names that it may have on the `PATH`. */
  commands: readonly string[]
  /** Other files to try, such as one that an npm package has installed. */
  own?: readonly string[]
  /** The Debian package that contains it. */
  debianPackage: string
}

/** Where to look. The unit tests use other values. */
export interface Surroundings {
  variables: Record<string, string | undefined>
  isRoot: boolean
}

const run = promisify(execFile)

/**
 * Returns the file of a program. It takes the first that it finds: the file that the variable
 * names, a program on the `PATH`, a file in `own`, or one that apt-get installs, as root or with a
 * `sudo` that asks for no password.
 *
 * @throws Error that says which variable to set and which package to install
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
    throw new Error(`${variable} is set to ${named}, which is not a program`)
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
  throw new Error(`${title} was not found. ${advice} ${problem}`)
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

/** Waits while another test is installing. A program on the `PATH` may be incomplete until then. */
async function installing(variables: Surroundings['variables']): Promise<void> {
  // Without flock, no test can be installing.
  await run('flock', ['--shared', '/etc/apt', '-c', ':'], { env: variables }).catch(() => {})
}

/** Installs a package. Returns a sentence that explains why the program may still be missing. */
async function install(
  debianPackage: string,
  { variables, isRoot }: Surroundings,
): Promise<string> {
  const aptGet = onPath(['apt-get'], variables)
  if (aptGet === undefined) return 'There is no apt-get to install it with.'
  const script =
    '"$0" update && exec "$0" -o DPkg::Lock::Timeout=600 install -y --no-install-recommends "$1"'
  const environment = ['env', 'DEBIAN_FRONTEND=noninteractive']
  // apt-get does not always wait for the lock of another apt-get. With flock, our tests wait for
  // each other.
  const command = ['flock', '/etc/apt', ...environment, 'sh', '-c', script, aptGet, debianPackage]
  const [file = '', ...args] = isRoot ? command : ['sudo', '-n', ...command]
  try {
    await run(file, args, { env: variables, maxBuffer: 2 ** 26 })
    return 'apt-get installed the package, but the program is not on the PATH.'
  } catch (error) {
    const { message, stderr } = error as Error & { stderr?: string }
    return `apt-get failed: ${(stderr ?? message).trim() || message}`
  }
}
