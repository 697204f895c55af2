import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// `require`, because its declarations import a package that it does not depend on.
const { runServer } = createRequire(import.meta.url)('verdaccio') as {
  runServer: (config: object) => Promise<Server>
}

/** A registry for a test. Packages that are not ours come from the registry that npm is set to use. */
export interface Registry extends AsyncDisposable {
  url: string
  /** The token with which a user may publish. */
  token: string
  /** Refuses these packages from now on. Without names, accepts all packages. */
  refuse(...names: string[]): Promise<void>
  /** Returns the document of a package; undefined if it was never published. */
  read(name: string): Promise<PackageDocument | undefined>
}

export interface PackageDocument {
  'dist-tags': Record<string, string>
  versions: Record<string, PublishedManifest>
}

export interface PublishedManifest {
  name: string
  version: string
  dist: { tarball: string }
  dependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
  [field: string]: unknown
}

export async function startRegistry(uplink: string): Promise<Registry> {
  const storage = mkdtempSync(join(tmpdir(), 'vectrade-registry-'))
  let server = await listen(storage, uplink, [], 0)
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/`
  return {
    url,
    token: await createUser(url),
    async refuse(...names) {
      await stop(server)
      server = await listen(storage, uplink, names, port)
    },
    async read(name) {
      const response = await fetch(url + name.replace('/', '%2f'))
      return response.status === 404 ? undefined : ((await response.json()) as PackageDocument)
    },
    async [Symbol.asyncDispose]() {
      await stop(server)
      rmSync(storage, { recursive: true })
    },
  }
}

async function listen(
  storage: string,
  uplink: string,
  refused: string[],
  port: number,
): Promise<Server> {
  const ours = { access: '$all', publish: '$authenticated' }
  const server = await runServer({
    storage,
    configPath: join(storage, 'config.yaml'),
    auth: { htpasswd: { file: join(storage, 'htpasswd') } },
    uplinks: { configured: { url: uplink, timeout: '60s', max_fails: 10 } },
    packages: {
      ...Object.fromEntries(refused.map((name) => [name, { ...ours, publish: 'another-user' }])),
      // Without a `proxy`, requests for our packages go nowhere else.
      '@vectrade/*': ours,
      '**': { access: '$all', publish: 'another-user', proxy: 'configured' },
    },
    log: { type: 'stdout', level: 'fatal' },
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

async function stop(server: Server): Promise<void> {
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
}

async function createUser(url: string): Promise<string> {
  const response = await fetch(`${url}-/user/org.couchdb.user:maintainer`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'maintainer', password: 'maintainer-password' }),
  })
  const { token } = (await response.json()) as { token?: string }
  if (!token) throw new Error(`The registry made no user: it answers ${response.status}`)
  return token
}
