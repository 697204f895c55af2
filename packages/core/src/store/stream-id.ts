/** The response header with the id of a stored stream. */
export const streamIdHeader = 'X-VecTrade-Stream-Id'

/**
 * Returns the URL of a stored stream. This edits text, because the `URL` of React Native may ignore changes to
 * its parameters.
 */
export function streamUrl(endpoint: string, id: string): string {
  const [, path = '', query = ''] = /^([^?]*)\??(.*)$/s.exec(endpoint) ?? []
  const others = query.split('&').filter((pair) => pair !== '' && !/^stream(=|$)/.test(pair))
  return `${path}?${[...others, `stream=${encodeURIComponent(id)}`].join('&')}`
}
