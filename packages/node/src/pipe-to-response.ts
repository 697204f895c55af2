import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  type AnalysisStream,
  ConfigurationError,
  type ReadableOptions,
  type StreamEvent,
  toResponse,
} from '@vectrade/core'
import { checkOptions } from '@vectrade/core/adapter'
import type { NodeRequest, NodeResponse } from './node-http-types.ts'
import { checkIncoming, checkOutgoing } from './check-arguments.ts'
import { writeResponse } from './write-response.ts'

/** The options of {@link pipeToResponse}: those of `toResponse`, and the request. */
export interface PipeOptions extends ResponseInit, ReadableOptions {
  /**
   * The request. Its socket reports that the client has disconnected, even if `res` is a wrapper that
   * does not report it. Default: `res.req`.
   */
  req?: NodeRequest | undefined
}

/**
 * Answers a Node request with a stream, as Server-Sent Events.
 *
 * The promise settles after the last byte has been written, or when the client disconnects. A disconnect
 * ends the stream at any time: while events flow, while none arrive and while the client does not read.
 * The stream cannot be used again afterwards.
 *
 * Works with plain `http`, Express, Fastify (call `reply.hijack()`, then pass `reply.raw`) and Koa (set
 * `ctx.respond = false`, then pass `ctx.res`).
 *
 * The status is 200 or the option `status`. A status that was set on `res` before is replaced, because
 * frameworks set 201 or 404 for their own answers. Headers that were set on `res` before are kept, except
 * those that describe another body.
 *
 * @throws ConfigurationError if an argument or an option is invalid
 * @throws StreamConsumedError if the stream has already been used
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 * import { pipeToResponse, VecTrade } from '@vectrade/node'
 *
 * const client = new VecTrade()
 * const server = createServer((req, res) => {
 *   void pipeToResponse(client.ai.stream('Bull case for NVDA?'), res, { req })
 * })
 * ```
 */
export async function pipeToResponse(
  stream: AnalysisStream | AsyncIterable<StreamEvent>,
  res: NodeResponse,
  options: PipeOptions = {},
): Promise<void> {
  checkOutgoing('res', res)
  // Checked before the stream is used. `toResponse` checks the other options.
  checkOptions<Pick<PipeOptions, 'req'>>(options, { req: checkIncoming })
  // HTTP/2's classes have all members that are used here, but their types lack some.
  const response = res as ServerResponse
  const request = (options.req ?? response.req) as IncomingMessage | undefined
  if (request === undefined) {
    throw new ConfigurationError('`res` has no `req`: pass the request in the option `req`')
  }
  await writeResponse(toResponse(stream, options), response, request)
}
