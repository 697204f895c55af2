import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from 'selfsigned'

/** Certificates for 127.0.0.1 and for one client, of an authority that no system trusts. */
export interface Certificates extends Disposable {
  /** The options of a server. */
  readonly server: { ca: string; cert: string; key: string }
  /** The files of a client, by the names of their environment variables. */
  readonly files: Readonly<Record<'SERVER_CA' | 'CLIENT_CERT' | 'CLIENT_KEY', string>>
}

/** Makes new certificates, because those in a repository expire. */
export async function makeCertificates(): Promise<Certificates> {
  const common = { keyType: 'ec', algorithm: 'sha256' } as const
  const authority = await generate(named('The authority of a test'), {
    ...common,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  })
  const signed = { ...common, ca: { key: authority.private, cert: authority.cert } }
  const server = await generate(named('127.0.0.1'), {
    ...signed,
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  })
  const client = await generate(named('client'), {
    ...signed,
    extensions: [{ name: 'extKeyUsage', clientAuth: true }],
  })
  const folder = mkdtempSync(join(tmpdir(), 'vectrade-certificates-'))
  const write = (name: string, content: string): string => {
    const file = join(folder, name)
    writeFileSync(file, content)
    return file
  }
  return {
    server: { ca: authority.cert, cert: server.cert, key: server.private },
    files: {
      SERVER_CA: write('ca.pem', authority.cert),
      CLIENT_CERT: write('client.pem', client.cert),
      CLIENT_KEY: write('client-key.pem', client.private),
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function named(value: string): { name: string; value: string }[] {
  return [{ name: 'commonName', value }]
}
