/** The response header in which a server that keeps streams names one. */
export const streamIdHeader = 'X-VecTrade-Stream-Id'

/** A stream's URL. Made as text: URLs of React Native may ignore changes to their parameters. */
export function streamUrl(endpoint: string, id: string): string {
  const [, path = '', query = ''] = /^([^?]*)\??(.*)$/s.exec(endpoint) ?? []
  const others = query.split('&').filter((pair) => pair !== '' && !/^stream(=|$)/.test(pair))
  return `${path}?${[...others, `stream=${encodeURIComponent(id)}`].join('&')}`
}
