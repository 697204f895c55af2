import process from 'node:process'
import { describe, expect, test } from 'vitest'
import { findNpmCredential } from './npm-credential.ts'
import { makeFolder } from './test-support/repository.ts'
import { serve } from './test-support/serve.ts'

const names = ['@vectrade/core', '@vectrade/node']

interface Registry {
  /** The token that the registry knows. */
  token?: string
  /** The packages that the CI job may publish. */
  trusted?: readonly string[]
}

async function find(
  { token = 'known', trusted = [] }: Registry,
  variables: NodeJS.ProcessEnv = {},
): ReturnType<typeof findNpmCredential> {
  const registry = await serve(({ url = '', headers: { authorization } }) => {
    if (url === '/-/whoami') {
      return authorization === `Bearer ${token}`
        ? { body: { username: 'maintainer' } }
        : { status: 401 }
    }
    const [, name = ''] = /^\/-\/npm\/v1\/oidc\/token\/exchange\/package\/(.+)$/.exec(url) ?? []
    const isTrusted =
      authorization === 'Bearer identity' && trusted.includes(decodeURIComponent(name))
    return { status: isTrusted ? 201 : 404 }
  })
  const folder = makeFolder()
  const env = { PATH: process.env['PATH'], HOME: folder, ...variables }
  return findNpmCredential(folder, registry, names, env)
}

/** Returns the variables of a job in GitHub Actions with `id-token: write`. */
async function job(status = 200): Promise<NodeJS.ProcessEnv> {
  const url = await serve(({ url: path = '', headers: { authorization } }) =>
    authorization === 'Bearer request' && path.endsWith('&audience=npm%3A127.0.0.1')
      ? { status, body: { value: 'identity' } }
      : { status: 403 },
  )
  return {
    GITHUB_ACTIONS: 'true',
    ACTIONS_ID_TOKEN_REQUEST_URL: `${url}token?version=1`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request',
  }
}

describe('nothing is missing', () => {
  test('with a token that the registry knows', async () => {
    const { problems, env } = await find({}, { NPM_TOKEN: 'known' })
    expect(problems).toEqual([])
    expect(Object.entries(env)).toContainEqual([
      expect.stringMatching(/^pnpm_config_\/\/127\.0\.0\.1:\d+\/:_authToken$/),
      'known',
    ])
  })

  test('in a job that is the trusted publisher of every package', async () => {
    expect((await find({ trusted: names }, await job())).problems).toEqual([])
  })

  test('in a job with its own identity token', async () => {
    const variables = { NPM_ID_TOKEN: 'identity' }
    expect((await find({ trusted: names }, variables)).problems).toEqual([])
  })

  test('in a job with a token for the packages that do not trust it yet', async () => {
    const variables = { ...(await job()), NPM_TOKEN: 'known' }
    expect((await find({ trusted: [] }, variables)).problems).toEqual([])
  })
})

describe('it says what is missing', () => {
  test('on a machine without any credential', async () => {
    expect((await find({})).problems).toEqual([
      expect.stringMatching(/^No credential for http.*: set NPM_TOKEN, or log in with `.*`\.$/),
    ])
  })

  test('with a token that the registry does not know, and never shows it', async () => {
    const { problems } = await find({}, { NPM_TOKEN: 'unknown-token' })
    expect(problems).toEqual([expect.stringContaining('refuses the token in NPM_TOKEN')])
    expect(problems.join('')).not.toContain('unknown-token')
  })

  test('in a job that may not ask for an identity', async () => {
    expect((await find({}, { GITHUB_ACTIONS: 'true' })).problems).toEqual([
      expect.stringContaining('needs the permission `id-token: write`'),
    ])
  })

  test('in a job that one package does not trust', async () => {
    const { problems } = await find({ trusted: ['@vectrade/core'] }, await job())
    expect(problems).toEqual([
      expect.stringContaining('No trusted publisher is set up there for @vectrade/node.'),
    ])
  })

  test('in a job that gets no identity', async () => {
    await expect(find({ trusted: names }, await job(500))).rejects.toThrow(
      'GitHub gave no identity token: it answers 500.',
    )
  })
})
