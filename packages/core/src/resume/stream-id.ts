/** The response header in which a server that keeps streams names one. */
export const streamIdHeader = 'X-VecTrade-Stream-Id'

/** What is asked about a stream of an endpoint. */
export function streamUrl(endpoint: string, id: string): string {
  const url = new URL(endpoint)
  url.searchParams.set('stream', id)
  return url.href
}
