import { ConfigurationError } from '../errors/configuration-error.ts'
import { headersToSend } from '../options/headers.ts'
import { isResponse } from '../http/request.ts'
import { Refusal } from './refusal.ts'

/** Lets a request pass (`true`), refuses it (`false` is 401), or answers it instead. */
export type Authorization = boolean | 401 | 403 | Response

/**
 * Asks `authorize` about a request. Gives its own answer, or undefined if the request may pass.
 *
 * @throws Refusal if the request may not pass
 * @throws ConfigurationError on a result that is no authorization: nothing passes by mistake
 */
export async function askToAuthorize(
  request: Request,
  authorize: ((request: Request) => Authorization | Promise<Authorization>) | undefined,
): Promise<Response | undefined> {
  const given: unknown = authorize === undefined ? true : await authorize(request)
  if (given === true) return undefined
  if (given === false || given === 401) {
    throw new Refusal(401, 'authentication_error', 'Sign in to use this endpoint')
  }
  if (given === 403) throw new Refusal(403, 'permission_error', 'You may not use this endpoint')
  if (isResponse(given)) return ownCopy(given as Response)
  throw new ConfigurationError('`authorize` must give true, false, 401, 403 or a Response')
}

/** A copy, because headers cannot be added to a redirect or to what fetch gave. */
function ownCopy(response: Response): Response {
  const { body, status, statusText } = response
  if (status < 200) {
    throw new ConfigurationError('`authorize` gave a Response that cannot be sent, with no status')
  }
  if (response.bodyUsed || body?.locked) {
    throw new ConfigurationError(
      '`authorize` gave a Response that is already used: make a new one for each request',
    )
  }
  return new Response(body, { status, statusText, headers: headersToSend(response) })
}
