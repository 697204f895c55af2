import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  type AnalysisStream,
  type ReadableOptions,
  type StreamEvent,
  toResponse,
} from '@vectrade/core'
import { checkOptions } from '@vectrade/core/adapter'
import type { NodeRequest, NodeResponse } from './node-http-types.ts'
import { checkIncoming, checkOutgoing } from './check-arguments.ts'
import { writeResponse } from './write-response.ts'

/** How {@link pipeToResponse} writes: status and headers as for `toResponse`, and more. */
export interface PipeOptions extends ResponseInit, ReadableOptions {
  /** The request, whose socket tells that the client has gone where `res` is a wrapper that does not. */
  req?: NodeRequest | undefined
}

/**
 * Answers a Node request with a stream, as Server-Sent Events.
 *
 * Settles when the last byte is written or the client has gone; a client that goes, while events
 * flow, while none come or while it does not read, ends the stream. For plain `http`, Express, Fastify
 * (`reply.hijack()`, then `reply.raw`) and Koa (`ctx.respond = false`, then `ctx.res`). Uses the stream.
 *
 * The status is 200, or the option `status`, whatever was set on `res` before: frameworks set 201 or 404
 * for their own answers. Headers set on `res` before are kept, except those that describe another body.
 *
 * @throws ConfigurationError on a wrong argument or option
 * @throws StreamConsumedError when the stream is used already
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
  // Before the stream is used: `toResponse` checks the others.
  checkOptions<Pick<PipeOptions, 'req'>>(options, { req: checkIncoming })
  // HTTP/2's classes have the members used here; their types lack some.
  const [request, response] = [options.req as IncomingMessage | undefined, res as ServerResponse]
  await writeResponse(toResponse(stream, options), response, request)
}
