import type { Advice } from './advice.ts'

/** Returns what to do about an error of the connection. */
export function connectionAdvice(code: string): Advice {
  return /CERT|SIGNATURE/.test(code)
    ? { where: 'NODE_EXTRA_CA_CERTS', set: 'the file with the certificates, if they are your own' }
    : { where: 'the URL', set: 'a host and a port on which the endpoint listens' }
}

/** Returns what to do about a status. */
export function refusalAdvice(status: number, method: 'GET' | 'POST'): Advice[] {
  if (status >= 300 && status < 400) {
    return advice(
      'the URL',
      'the address that the response redirects to. A redirect is not followed',
    )
  }
  switch (status) {
    case 401:
    case 403:
      return advice('--header', 'the key, the cookie or the Origin that the endpoint asks for')
    case 404:
      return advice('the URL', 'the path of the endpoint')
    case 405:
      return method === 'POST'
        ? advice('--get', 'for live data and other endpoints that take a GET')
        : advice('--get', 'leave it out for endpoints that take a POST with a prompt')
    case 413:
    case 422:
      return advice('--prompt', 'a prompt that the endpoint accepts')
    case 429:
      return advice('the endpoint', 'wait: the limit on requests is reached')
    case 502:
    case 503:
    case 504:
      return advice('the proxy', 'the right address of a server that is running')
    default:
      return status >= 500 ? advice('the endpoint', 'its log has the reason') : []
  }
}

/** Returns what to do about a response that is no event stream. */
export function wrongContentTypeAdvice(
  contentType: string | undefined,
  method: 'GET' | 'POST',
): Advice[] {
  if (contentType === 'text/html') {
    return [
      { where: 'the URL', set: 'the path of the endpoint: this is a page, perhaps of a sign-in' },
    ]
  }
  if (contentType === 'application/json' && method === 'POST') {
    return [
      { where: 'the endpoint', set: 'an answer as a stream: it may ignore the body or `Accept`' },
    ]
  }
  return [
    {
      where: 'the endpoint',
      set: "`Content-Type: text/event-stream`, which VecTrade's handlers send: something may replace it",
    },
  ]
}

function advice(where: string, set: string): Advice[] {
  return [{ where, set }]
}
