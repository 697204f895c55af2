import process from 'node:process'
import { ReleaseError } from './release-error.ts'
import { run } from './run.ts'

/** A version in the registry. */
export interface PublishedVersion {
  tarball: string
}

/**
 * Returns the address of the registry to publish to, with a slash at its end: the registry of the scope, or
 * else the one that pnpm or npm is set to use.
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
    // pnpm does not read npm's variable, but a user who sets it means this registry.
    env['npm_config_registry'] ||
    env['NPM_CONFIG_REGISTRY'] ||
    (await config('registry'))
  return url.endsWith('/') ? url : `${url}/`
}

/** Returns a version of a package in the registry; undefined if it is not published yet. */
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

/** Returns the reason of a failed fetch. The message is only "fetch failed"; the cause has the reason. */
export function reasonOf(error: unknown): string {
  const { cause = error } = error as { cause?: unknown }
  return cause instanceof Error ? cause.message || cause.name : String(cause)
}
