import process from 'node:process'
import { describe, expect, test } from 'vitest'
import { findPublished, findRegistry } from './registry.ts'
import { makeFolder } from './test-support/repository.ts'
import { closedAddress, serve } from './test-support/serve.ts'

describe('the registry is', () => {
  const [configured, pnpms, npms, scoped] = ['configured', 'pnpm', 'npm', 'scoped'].map(
    (name) => `https://${name}.example.com/`,
  ) as [string, string, string, string]
  const withNpmrc = (lines: string): [string, NodeJS.ProcessEnv] => {
    const home = makeFolder({ '.npmrc': lines })
    return [home, { PATH: process.env['PATH'], HOME: home }]
  }

  test('the configured one', async () => {
    const [folder, env] = withNpmrc(`registry=${configured}`)
    expect(await findRegistry(folder, env)).toBe(configured)
  })

  test("the one in pnpm's variable, before npm's variable and the configured one", async () => {
    const [folder, env] = withNpmrc(`registry=${configured}`)
    const variables = { npm_config_registry: npms, pnpm_config_registry: pnpms }
    expect(await findRegistry(folder, { ...env, ...variables })).toBe(pnpms)
  })

  test("the one in npm's variable, which pnpm does not read", async () => {
    const [folder, env] = withNpmrc(`registry=${configured}`)
    const variables = { npm_config_registry: npms.slice(0, -1) }
    expect(await findRegistry(folder, { ...env, ...variables })).toBe(npms)
  })

  test('the one of the scope, before all others', async () => {
    const [folder, env] = withNpmrc(`registry=${configured}\n@vectrade:registry=${scoped}`)
    expect(await findRegistry(folder, { ...env, npm_config_registry: npms })).toBe(scoped)
  })
})

describe('a version in the registry', () => {
  test('is found, with its tarball', async () => {
    const dist = { tarball: 'https://registry.example.com/core.tgz' }
    const registry = await serve(({ url }) =>
      url === '/@vectrade%2fcore' ? { body: { versions: { '1.2.0': { dist } } } } : { status: 500 },
    )
    expect(await findPublished(registry, '@vectrade/core', '1.2.0')).toEqual(dist)
    expect(await findPublished(registry, '@vectrade/core', '1.3.0')).toBeUndefined()
  })

  test('is undefined if the registry does not know the package', async () => {
    const registry = await serve(() => ({ status: 404 }))
    expect(await findPublished(registry, '@vectrade/core', '1.2.0')).toBeUndefined()
  })

  test('is an error if the registry fails', async () => {
    const registry = await serve(() => ({ status: 503 }))
    await expect(findPublished(registry, '@vectrade/core', '1.2.0')).rejects.toThrow(
      `The registry answers 503 for ${registry}@vectrade%2fcore.`,
    )
  })

  test('is an error if there is no registry', async () => {
    const registry = await closedAddress()
    await expect(findPublished(registry, '@vectrade/core', '1.2.0')).rejects.toThrow(
      /The registry cannot be reached at .*ECONNREFUSED/,
    )
  })
})
