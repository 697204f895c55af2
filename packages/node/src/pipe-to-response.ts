import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  type AnalysisStream,
  type ReadableOptions,
  type StreamEvent,
  toResponse,
} from '@vectrade/core'
import type { NodeRequest, NodeResponse } from './node-message.ts'
import { writeResponse } from './write-response.ts'

/** How {@link pipeToResponse} writes. */
export interface PipeOptions extends ReadableOptions {
  /** The request, whose socket tells that the client has gone where `res` is a wrapper that does not. */
  req?: NodeRequest | undefined
}

/**
 * Answers a Node request with a stream, as Server-Sent Events.
 *
 * Settles when the last byte is written or the client has gone; a client that goes, while events
 * flow, while none come or while it does not read, ends the stream. Headers set on `res` before are
 * kept. For plain `http`, Express and, with `reply.hijack()` and `reply.raw`, Fastify. Uses the stream.
 *
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
  const { req, ...readableOptions } = options
  // HTTP/2's classes have what is used of these; their types name less.
  const [request, response] = [req as IncomingMessage | undefined, res as ServerResponse]
  await writeResponse(toResponse(stream, readableOptions), response, request)
}
