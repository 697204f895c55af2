import process from 'node:process'
import { hasIdToken, untrustedPackages } from './oidc.ts'
import { run } from './run.ts'

export interface NpmCredential {
  /** The missing credentials; empty if all packages can be published. */
  problems: string[]
  /** The environment in which pnpm publishes. */
  env: NodeJS.ProcessEnv
}

/** Looks for a credential for these packages before any of them is published. */
export async function findNpmCredential(
  repository: string,
  registry: string,
  names: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): Promise<NpmCredential> {
  const env = withToken(registry, environment)
  const untrusted = hasIdToken(env) ? await untrustedPackages(registry, names, env) : names
  if (untrusted.length === 0) return { problems: [], env }
  const args = ['whoami', '--registry', registry]
  const user = await run('pnpm', args, { cwd: repository, env }).catch(() => undefined)
  return { problems: user === undefined ? [explain(registry, untrusted, env)] : [], env }
}

/** Adds `NPM_TOKEN` in the form that pnpm reads: bound to this registry. */
function withToken(registry: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (!env['NPM_TOKEN']) return env
  return {
    ...env,
    [`pnpm_config_${registry.replace(/^https?:/, '')}:_authToken`]: env['NPM_TOKEN'],
  }
}

function explain(registry: string, untrusted: readonly string[], env: NodeJS.ProcessEnv): string {
  const token = env['NPM_TOKEN']
    ? `${registry} refuses the token in NPM_TOKEN: make a new one that may publish.`
    : `No credential for ${registry}: set NPM_TOKEN, or log in with \`npx -y pnpm@12 login\`.`
  if (hasIdToken(env)) {
    return `${token} No trusted publisher is set up there for ${untrusted.join(', ')}.`
  }
  return env['GITHUB_ACTIONS']
    ? `${token} Trusted publishing needs the permission \`id-token: write\`, which this job does not have.`
    : token
}
