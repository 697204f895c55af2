/** The response header in which a server that keeps streams names one. */
export const streamIdHeader = 'X-VecTrade-Stream-Id'

/** What is asked about a stream of an endpoint. Not by URLSearchParams, which React Native's URL may take no changes from. */
export function streamUrl(endpoint: string, id: string): string {
  const [, path = '', query = ''] = /^([^?]*)\??(.*)$/s.exec(endpoint) ?? []
  const others = query.split('&').filter((pair) => pair !== '' && !/^stream(=|$)/.test(pair))
  return `${path}?${[...others, `stream=${encodeURIComponent(id)}`].join('&')}`
}
