/** The parameter of an endpoint's URL with the id of a stored stream. */
const parameter = 'stream'

/** Returns the id of the stored stream that a URL asks for. Returns undefined if it asks for none. */
export function streamIdOf(url: string): string | undefined {
  return new URL(url).searchParams.get(parameter) ?? undefined
}

/**
 * Returns the URL of a stored stream. This edits text, because the `URL` of React Native may ignore changes to
 * its parameters.
 */
export function streamUrl(endpoint: string, id: string): string {
  const [, path = '', query = ''] = /^([^?]*)\??(.*)$/s.exec(endpoint) ?? []
  const others = query.split('&').filter((pair) => pair !== '' && pair.split('=')[0] !== parameter)
  return `${path}?${[...others, `${parameter}=${encodeURIComponent(id)}`].join('&')}`
}
