import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'

/** The part of JSR that Deno needs to publish packages and to run published ones. */
export interface JsrRegistry extends AsyncDisposable {
  /** The value for `JSR_URL`. */
  url: string
  /** Returns the folder with the files of a published package. */
  folder(name: string): string
}

export async function startJsrRegistry(): Promise<JsrRegistry> {
  const home = mkdtempSync(join(tmpdir(), 'vectrade-jsr-registry-'))
  const versions = new Map<string, string>()
  const folder = (name: string): string => join(home, name)

  const server = createServer((request, response) => {
    void (async () => {
      const path = (request.url ?? '').replace(/\?.*/, '')
      const [, name = '', version] =
        /^\/api\/scopes\/vectrade\/packages\/(\w+)(?:\/versions\/(.+))?$/.exec(path) ?? []
      if (request.method === 'POST' && version !== undefined) {
        mkdirSync(folder(name))
        execFileSync('tar', ['-xz', '-C', folder(name)], { input: await buffer(request) })
        versions.set(name, version)
        response.end(JSON.stringify({ id: name, status: 'success', error: null }))
      } else if (version !== undefined && versions.get(name) === version) {
        response.end('{}')
      } else if (version !== undefined) {
        // The version has not been published yet.
        response.writeHead(404).end(JSON.stringify({ code: 'packageVersionNotFound', message: '' }))
      } else if (name !== '') {
        response.end('{}')
      } else {
        const content = published(path)
        response.writeHead(content === undefined ? 404 : 200).end(content)
      }
    })()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')

  function published(path: string): string | Buffer | undefined {
    const [, name = '', file = ''] = /^\/@vectrade\/(\w+)\/(.+)$/.exec(path) ?? []
    const version = versions.get(name)
    if (version === undefined) return undefined
    if (file === 'meta.json') {
      return JSON.stringify({
        scope: 'vectrade',
        name,
        latest: version,
        versions: { [version]: {} },
      })
    }
    if (file === `${version}_meta.json`) return JSON.stringify(versionMeta(folder(name)))
    return readFileSync(join(folder(name), file.replace(`${version}/`, '')))
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    folder,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
      rmSync(home, { recursive: true })
    },
  }
}

/** @see https://jsr.io/docs/api */
function versionMeta(folder: string): unknown {
  const { exports } = JSON.parse(readFileSync(join(folder, 'deno.json'), 'utf8')) as {
    exports: unknown
  }
  const files = globSync('**', { cwd: folder }).filter((file) =>
    statSync(join(folder, file)).isFile(),
  )
  const manifest = files.map((file) => {
    const content = readFileSync(join(folder, file))
    const checksum = `sha256-${createHash('sha256').update(content).digest('hex')}`
    return [`/${file}`, { size: content.length, checksum }]
  })
  return { manifest: Object.fromEntries(manifest), exports }
}
