import { ReleaseError } from './release-error.ts'
import type { Manifest } from './workspace.ts'

/** The addresses that every published package has in its manifest. */
export interface Metadata {
  /** The repository's page: `https://github.com/owner/name`. */
  page: string
  homepage: string
  bugs: string
}

/**
 * Reads the addresses from the root manifest, the only place that has them. `homepage` and `bugs` follow
 * from `repository` unless they are set.
 *
 * @throws ReleaseError if `repository` is empty or is not an address
 */
export function readMetadata(rootManifest: Manifest): Metadata {
  const repository = addressIn(rootManifest['repository'])
  if (repository === '') {
    throw new ReleaseError(
      '`repository` in the root package.json is empty: set it to the address of the public ' +
        'repository. `homepage` and `bugs` follow from it unless they are set as well.',
    )
  }
  const page = pageOf(repository)
  if (page === undefined) {
    throw new ReleaseError(
      `\`repository\` in the root package.json is "${repository}", which is not the address of a ` +
        'repository: write it as https://github.com/owner/name.',
    )
  }
  return {
    page,
    homepage: addressIn(rootManifest['homepage']) || `${page}#readme`,
    bugs: addressIn(rootManifest['bugs']) || `${page}/issues`,
  }
}

/** Returns the address in a field, which is a string or an object with a `url`. */
function addressIn(field: unknown): string {
  if (typeof field === 'string') return field.trim()
  if (typeof field === 'object' && field !== null && 'url' in field) return addressIn(field.url)
  return ''
}

/** Returns the page of a repository, which may be written in any way that npm understands. */
function pageOf(repository: string): string | undefined {
  const short = /^(?:github:)?([\w.-]+\/[\w.-]+)$/.exec(repository)?.[1]
  const address = short === undefined ? repository : `https://github.com/${short}`
  const [, host, path] =
    /^(?:git\+)?(?:https?|ssh|git):\/\/(?:[\w.-]+@)?([\w.-]+(?::\d+)?)\/([^?#]+?)(?:\.git)?\/?$/.exec(
      address,
    ) ??
    /^[\w.-]+@([\w.-]+):([^?#]+?)(?:\.git)?$/.exec(address) ??
    []
  return host === undefined ? undefined : `https://${host}/${path}`
}
