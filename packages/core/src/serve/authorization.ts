import { ConfigurationError } from '../errors/configuration-error.ts'
import { headersToSend } from '../options/headers.ts'
import { isResponse } from '../http/is-response.ts'
import { Refusal } from './refusal.ts'

/**
 * The result of `authorize`. `true` lets the request pass. `false` and 401 refuse it with a 401, and 403 with a
 * 403. A `Response` is sent instead of an answer.
 */
export type Authorization = boolean | 401 | 403 | Response

/**
 * Asks `authorize` about a request. Returns undefined if the request may pass, or the response to send
 * instead.
 *
 * @throws Refusal if the request may not pass
 * @throws ConfigurationError on any other result, so that no request passes by mistake
 */
export async function askToAuthorize(
  request: Request,
  authorize: ((request: Request) => Authorization | Promise<Authorization>) | undefined,
): Promise<Response | undefined> {
  return readAuthorization(authorize === undefined ? true : await authorize(request))
}

/**
 * Reads the result of `authorize`. Returns undefined if the request may pass, or the response to send instead.
 *
 * @param others the end of the list of allowed results, for the error
 * @throws Refusal if the request may not pass
 * @throws ConfigurationError on any other result
 */
export function readAuthorization(
  result: unknown,
  others = ' or a Response',
): Response | undefined {
  if (result === true) return undefined
  if (result === false || result === 401) {
    throw new Refusal(401, 'Sign in to use this endpoint')
  }
  if (result === 403) throw new Refusal(403, 'You may not use this endpoint')
  if (isResponse(result)) return copyOf(result as Response)
  throw new ConfigurationError(`\`authorize\` must return true, false, 401, 403${others}`)
}

/** Copies a response, because the headers of a redirect or of a fetched response cannot be changed. */
function copyOf(response: Response): Response {
  const { body, status, statusText } = response
  if (status < 200) {
    throw new ConfigurationError(
      '`authorize` returned a Response without a status, which cannot be sent',
    )
  }
  if (response.bodyUsed || body?.locked) {
    throw new ConfigurationError(
      '`authorize` returned a Response that is already used: create a new one for each request',
    )
  }
  return new Response(body, { status, statusText, headers: headersToSend(response) })
}
