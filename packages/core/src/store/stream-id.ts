import { withParameters } from '../options/url-parameters.ts'

/** The parameter of an endpoint's URL with the id of a stored stream. */
const parameter = 'stream'

/** Returns the id of the stored stream that a URL asks for. Returns undefined if it asks for none. */
export function streamIdOf(url: string): string | undefined {
  return new URL(url).searchParams.get(parameter) ?? undefined
}

/** Returns the URL of a stored stream. */
export function streamUrl(endpoint: string, id: string): string {
  return withParameters(endpoint, { [parameter]: id })
}
