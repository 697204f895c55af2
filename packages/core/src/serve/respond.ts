import { ConfigurationError } from '../errors/configuration-error.ts'
import { VecTradeError } from '../errors/vectrade-error.ts'
import { markHandled } from '../lifetime/mark-handled.ts'
import { CallbackError, runCallback } from './callback-error.ts'
import { addCorsHeaders } from './cors.ts'
import { failureResponse } from './failure-response.ts'
import { checkWebRequest, type HandlerOptions } from './handler-options.ts'
import { isInterruptedUpload } from './interrupted-upload.ts'
import { isAllowedOrigin, originRefused } from './page-origin.ts'
import { Refusal } from './refusal.ts'

/** The options that all endpoints have. */
export type EndpointOptions = Pick<HandlerOptions, 'cors' | 'publicOrigin' | 'owner' | 'onError'>

/**
 * Responds to any request: refuses pages of other origins, answers `OPTIONS`, and turns a failure into an error
 * response.
 *
 * @param methods the methods that the endpoint serves
 * @param route responds to a request that may pass
 */
export async function respond(
  request: Request,
  options: EndpointOptions,
  methods: string,
  route: (allow: string) => Promise<Response>,
): Promise<Response> {
  try {
    checkWebRequest('request', request)
  } catch (error) {
    report(error, options)
    return failureResponse(error)
  }
  let response
  try {
    response = await respondIfAllowed(request, options, methods, route)
  } catch (error) {
    if (await isServerFault(error, request)) {
      report(error instanceof CallbackError ? error.cause : error, options)
    }
    response = error instanceof Refusal ? error.toResponse() : failureResponse(error)
  }
  // The answer is for one caller, so no cache may store it.
  if (!response.headers.has('cache-control')) response.headers.set('cache-control', 'no-store')
  if (options.cors) addCorsHeaders(response.headers, request, options.cors, methods)
  if (response.body) requests.set(response.body, request)
  return response
}

async function respondIfAllowed(
  request: Request,
  options: EndpointOptions,
  methods: string,
  route: (allow: string) => Promise<Response>,
): Promise<Response> {
  if (!isAllowedOrigin(request, options)) throw new Refusal(403, originRefused)
  const allow = `${methods}, OPTIONS`
  if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: { allow } })
  return route(allow)
}

/** Returns the owner of a request's streams, `''` without the option. */
export async function ownerOf(request: Request, { owner }: EndpointOptions): Promise<string> {
  const name = await runCallback(() => (owner ? owner(request) : ''))
  if (typeof name === 'string') return name
  throw new ConfigurationError('`owner` must return a string for each request')
}

/** Reports an error in the server's own code or configuration. Callers do not see it. */
export function report(error: unknown, { onError = reportError }: EndpointOptions): void {
  // If `onError` fails, there is no one to tell.
  void markHandled((async () => onError(error))())
}

/**
 * The requests of the responses that are still read. Node does not abort the signal of a request that was
 * collected as garbage.
 */
const requests = /* @__PURE__ */ new WeakMap<ReadableStream, Request>()

function reportError(error: unknown): void {
  // oxlint-disable-next-line no-console -- without a message, no one could find the cause of the 500
  console.error(error)
}

/** Whether the server's own code or configuration caused an error. */
async function isServerFault(error: unknown, request: Request): Promise<boolean> {
  if (error instanceof Refusal) return false
  if (error instanceof CallbackError) return !(await isInterruptedUpload(request, error.cause))
  return isOwnFault(error)
}

function isOwnFault(error: unknown): boolean {
  return error instanceof ConfigurationError || !VecTradeError.isInstance(error)
}

/** Reports the error of an answer that has begun, if the server's own code or configuration caused it. */
export function reportFault(error: unknown, options: EndpointOptions): void {
  if (isOwnFault(error)) report(error, options)
}
