import { ReleaseError } from './release-error.ts'
import type { Manifest } from './workspace.ts'

/** What every published package says about where it comes from. */
export interface Metadata {
  /** The repository's page: `https://github.com/owner/name`. */
  page: string
  homepage: string
  bugs: string
}

/**
 * Reads where the packages come from out of the root manifest, the one place that says so.
 * `homepage` and `bugs` follow from `repository` unless they are set themselves.
 *
 * @throws ReleaseError while `repository` is empty, or is no address
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

/** A field that is an address, or an object with one. */
function addressIn(field: unknown): string {
  if (typeof field === 'string') return field.trim()
  if (typeof field === 'object' && field !== null && 'url' in field) return addressIn(field.url)
  return ''
}

/** The page of a repository in any of the ways that npm understands. */
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
