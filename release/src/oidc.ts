import { ReleaseError } from './release-error.ts'
import { reasonOf } from './registry.ts'

/**
 * Returns the packages that this CI job may not publish as a trusted publisher. Asks the registry about
 * each package, as npm and pnpm do when they publish. If that fails, npm and pnpm only warn, and publish
 * without a credential.
 */
export async function untrustedPackages(
  registry: string,
  names: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<string[]> {
  const idToken = await requestIdToken(registry, env)
  const trusted = await Promise.all(names.map((name) => isTrusted(registry, name, idToken)))
  return names.filter((_, index) => !trusted[index])
}

/** Whether this is a CI job that can prove its identity. */
export function hasIdToken(env: NodeJS.ProcessEnv): boolean {
  const { NPM_ID_TOKEN, ACTIONS_ID_TOKEN_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN } = env
  return Boolean(NPM_ID_TOKEN ?? (ACTIONS_ID_TOKEN_REQUEST_URL && ACTIONS_ID_TOKEN_REQUEST_TOKEN))
}

/** @see https://docs.github.com/en/actions/reference/security/oidc */
async function requestIdToken(registry: string, env: NodeJS.ProcessEnv): Promise<string> {
  if (env['NPM_ID_TOKEN']) return env['NPM_ID_TOKEN']
  const url = new URL(env['ACTIONS_ID_TOKEN_REQUEST_URL'] ?? '')
  url.searchParams.set('audience', `npm:${new URL(registry).hostname}`)
  const authorization = `Bearer ${env['ACTIONS_ID_TOKEN_REQUEST_TOKEN']}`
  const response = await request(url, { headers: { authorization } })
  const { value } = response.ok ? ((await response.json()) as { value?: string }) : {}
  if (!value)
    throw new ReleaseError(`GitHub gave no identity token: it answers ${response.status}.`)
  return value
}

/** @see https://docs.npmjs.com/trusted-publishers */
async function isTrusted(registry: string, name: string, idToken: string): Promise<boolean> {
  const path = `-/npm/v1/oidc/token/exchange/package/${name.replace('/', '%2f')}`
  const response = await request(new URL(path, registry), {
    method: 'POST',
    headers: { authorization: `Bearer ${idToken}` },
  })
  await response.body?.cancel()
  return response.ok
}

async function request(url: URL, init: RequestInit): Promise<Response> {
  return fetch(url, init).catch((error: unknown) => {
    throw new ReleaseError(`No answer from ${url.origin}: ${reasonOf(error)}`)
  })
}
