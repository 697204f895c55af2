/**
 * Returns a URL with other values of some parameters. An empty value removes a parameter.
 *
 * This edits text, because the `URL` of React Native may ignore changes to its parameters.
 */
export function withParameters(url: string, parameters: Readonly<Record<string, string>>): string {
  const [, path = '', query = ''] = /^([^?]*)\??(.*)$/s.exec(url) ?? []
  const others = query
    .split('&')
    .filter((pair) => pair !== '' && !((pair.split('=')[0] ?? '') in parameters))
  const own = Object.entries(parameters)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return `${path}?${[...others, ...own].join('&')}`
}
