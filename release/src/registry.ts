import process from 'node:process'
import { ReleaseError } from './release-error.ts'
import { run } from './run.ts'

/** A version as the registry has it. */
export interface PublishedVersion {
  tarball: string
}

/**
 * The address of the registry that packages are published to, with a slash at its end: the one of
 * their scope, else the one that pnpm or npm is set to use.
 */
export async function findRegistry(
  repository: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const config = async (key: string): Promise<string> => {
    const value = (await run('pnpm', ['config', 'get', key], { cwd: repository, env })).trim()
    return value === 'undefined' ? '' : value
  }
  const url =
    (await config('@vectrade:registry')) ||
    env['pnpm_config_registry'] ||
    env['PNPM_CONFIG_REGISTRY'] ||
    // pnpm does not read npm's variable. Anyone who sets it still means this registry.
    env['npm_config_registry'] ||
    env['NPM_CONFIG_REGISTRY'] ||
    (await config('registry'))
  return url.endsWith('/') ? url : `${url}/`
}

/** A version of a package in the registry; undefined where it was not published yet. */
export async function findPublished(
  registry: string,
  name: string,
  version: string,
): Promise<PublishedVersion | undefined> {
  const url = packageUrl(registry, name)
  const response = await fetch(url, { headers: { accept: 'application/json' } }).catch(
    (error: unknown) => {
      throw new ReleaseError(`The registry cannot be reached at ${url}: ${reasonOf(error)}`)
    },
  )
  if (response.status === 404) return undefined
  if (!response.ok) throw new ReleaseError(`The registry answers ${response.status} for ${url}.`)
  const { versions = {} } = (await response.json()) as {
    versions?: Record<string, { dist: PublishedVersion }>
  }
  return versions[version]?.dist
}

function packageUrl(registry: string, name: string): string {
  return registry + name.replace('/', '%2f')
}

/** fetch's own message is "fetch failed"; what happened is in its cause. */
export function reasonOf(error: unknown): string {
  const { cause = error } = error as { cause?: unknown }
  return cause instanceof Error ? cause.message || cause.name : String(cause)
}
