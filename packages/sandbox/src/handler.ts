import { handlerOf, type SandboxHandler } from './answer-request.ts'
import type { SandboxOptions } from './options.ts'
import { createParts } from './parts.ts'

export type { SandboxHandler } from './answer-request.ts'
export type { ErrorShape } from './error-body.ts'
export type { KeyHeader } from './key-header.ts'
export type { QuotaCode } from './error-codes.ts'
export type { QuotaError } from './quota-error.ts'
export type { SandboxOptions } from './options.ts'
export type { Closed, SandboxConnection, SandboxRequest } from './request-log.ts'
export type { Fault, FaultBody } from './faults.ts'
export type { Frame } from './frame.ts'
export type { HeaderLines } from './header-lines.ts'
export type { UsageSpelling } from './usage-spelling.ts'
export { ConnectionCut, type Cut } from './connection-cut.ts'
export { formatFault, parseFault } from './fault-syntax.ts'
export type { LiveFault } from './live/live-fault.ts'
export { formatLiveFault, parseLiveFault } from './live/live-fault-syntax.ts'
export type { SandboxLiveOptions, SocketHeartbeat } from './live/live-options.ts'
export type { MarketHours } from './live/trading-hours.ts'
export type { UpstreamOptions } from './upstream/upstream-options.ts'
export { FaultSyntaxError } from './validate-fault.ts'

/**
 * Creates a VecTrade API with simulated answers, or with those of a model (`upstream`), for any server
 * that uses `Request` and `Response`.
 *
 * Each handler has its own request log, rate limit, quota and list of `Idempotency-Key`s.
 *
 * A handler cannot end a connection. For faults that do, it rejects or its body errors: see
 * {@link ConnectionCut}. `startSandbox` ends the connection.
 *
 * @throws TypeError that names an invalid option
 * @example
 * ```ts
 * import { createSandboxHandler } from '@vectrade/sandbox/handler'
 *
 * const sandbox = createSandboxHandler({ tokensPerSecond: 40 })
 * const response = await sandbox(
 *   new Request('http://localhost/v1/ai/analyze', {
 *     method: 'POST',
 *     headers: { authorization: `Bearer ${sandbox.apiKey}` },
 *     body: JSON.stringify({ prompt: 'Bull case for NVDA?', stream: true }),
 *   }),
 * )
 * ```
 */
export function createSandboxHandler(options: SandboxOptions = {}): SandboxHandler {
  return handlerOf(createParts(options))
}
