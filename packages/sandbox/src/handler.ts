import { Allowance } from './allowance.ts'
import { emptyAnswer, jsonAnswer, jsonDelay, refusalAnswer, streamAnswer } from './answers.ts'
import { BoundedMap } from './bounded-map.ts'
import { Calls } from './calls.ts'
import { completeFault } from './complete-fault.ts'
import { ConnectionCut } from './connection-cut.ts'
import { faultAnswer } from './fault-answer.ts'
import { chooseFault } from './fault-choice.ts'
import { type Fault, withoutRedirect } from './faults.ts'
import { checkKey, checkPath, checkSource, corsHeaders, preflightHeaders } from './guard.ts'
import { resolveOptions, type SandboxOptions } from './options.ts'
import { Refusal } from './refusal.ts'
import { type AnalysisRequest, parseBody, readBody } from './request-body.ts'
import {
  type Exchange,
  loggedBody,
  RequestLog,
  type SandboxConnection,
  type SandboxRequest,
} from './request-log.ts'
import { sleep } from './sleep.ts'

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
export { FaultSyntaxError } from './validate-fault.ts'

/** The sandbox as a function from `Request` to `Response`. See {@link createSandboxHandler}. */
export interface SandboxHandler {
  /**
   * Answers one request. Pass `connection` if your server knows the ports.
   *
   * Rejects with a {@link ConnectionCut} if a fault ends the connection before the headers. Rejects
   * with the reason of `request.signal` if that aborts before the headers.
   */
  (request: Request, connection?: SandboxConnection): Promise<Response>
  /** The key that the sandbox accepts. */
  readonly apiKey: string
  /**
   * Records of the requests, oldest first. New requests are added to this list. Keys are redacted.
   */
  readonly requests: readonly SandboxRequest[]
  /** How many analyses have run. Repeats with the same `Idempotency-Key` do not count. */
  readonly analysesRun: number
}

const redirectMark = 'sandbox-redirect'

/**
 * Creates a VecTrade API with simulated answers, for any server that uses `Request` and `Response`.
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
  const settings = resolveOptions(options)
  const log = new RequestLog(settings.maxRequests)
  const allowance = new Allowance(settings)
  const calls = new Calls()
  const redirected = new BoundedMap<string>(100)

  async function handle(request: Request, connection: SandboxConnection = {}): Promise<Response> {
    const exchange = log.open(request, connection)
    const headers: Record<string, string> = { 'x-request-id': exchange.record.id }
    try {
      settings.onRequest?.(exchange.record)
      return await answer(request, connection, exchange, headers)
    } catch (error) {
      if (error instanceof Refusal) return refusalAnswer(exchange, headers, settings, error)
      if (ConnectionCut.isInstance(error)) {
        exchange.close('fault')
        throw error
      }
      if (request.signal.aborted) {
        exchange.close(request.signal.reason === 'sandbox' ? 'sandbox' : 'client')
        throw error
      }
      const refusal = new Refusal(500, `The sandbox itself failed: ${String(error)}`)
      return refusalAnswer(exchange, headers, settings, refusal)
    }
  }

  async function answer(
    request: Request,
    connection: SandboxConnection,
    exchange: Exchange,
    headers: Record<string, string>,
  ): Promise<Response> {
    const { record } = exchange
    // Read the body before refusing the request. A connection can be reused only after its request
    // has been read, and a test may want to see what a client sent to a server that should get
    // nothing.
    const text = await readBody(request, settings.maxBodyBytes)
    const logged = loggedBody(text)
    if (logged !== undefined) record.body = logged

    checkSource(request, settings, connection.localPort)
    Object.assign(headers, corsHeaders(request, settings))
    const { pathname, searchParams } = new URL(request.url)
    checkPath(pathname, settings.basePaths)
    const preflight = preflightHeaders(request)
    if (preflight !== undefined) {
      const context = { exchange, fault: {}, settings, headers: { ...headers, ...preflight } }
      return emptyAnswer(context, 204)
    }
    // After a 301, 302 or 303, clients send a GET without a body. Use the body of their POST.
    const mark = searchParams.get(redirectMark)
    const remembered = mark === null ? undefined : redirected.get(mark)
    if (request.method !== 'POST' && (request.method !== 'GET' || remembered === undefined)) {
      throw new Refusal(405, `Use POST, not ${request.method}`, { headers: { allow: 'POST' } })
    }
    checkKey(request.headers, settings)
    try {
      allowance.take()
    } finally {
      Object.assign(headers, allowance.headers())
    }
    if (text === undefined) {
      throw new Refusal(413, `The body must have at most ${settings.maxBodyBytes} bytes`)
    }
    const bodyText = request.method === 'GET' ? (remembered ?? '') : text
    const body = parseBody(bodyText, settings.maxPromptLength)

    const isFollowUp = remembered !== undefined
    const call = calls.attempt(request.headers.get('idempotency-key'), body, isFollowUp)
    if (call.id !== undefined) record.attempt = call.attempts
    const chosen = chooseFault(request.headers, settings.faults, call, () =>
      calls.countFault(request.headers.get('x-sandbox-fault') ?? '', isFollowUp),
    )
    const due = isFollowUp && chosen.location !== 'loop' ? withoutRedirect(chosen) : chosen
    const fault = completeFault(due, settings)
    await beforeHeaders(fault, request.signal)

    const context = { exchange, fault, settings, headers }
    const instead = faultAnswer(context, () => {
      const id = crypto.randomUUID()
      redirected.set(id, bodyText)
      return `${pathname}?${redirectMark}=${id}`
    })
    if (instead !== undefined) return instead

    record.replayed = call.analysis !== undefined
    if (record.replayed) headers['idempotent-replayed'] = 'true'
    const analysis = calls.analyze(call, body)
    if (wantsStream(body, request.headers)) return streamAnswer(context, analysis)
    await pause(jsonDelay(fault, settings, analysis), request.signal)
    return jsonAnswer(context, analysis)
  }

  return Object.defineProperties(handle, {
    apiKey: { value: settings.apiKey },
    requests: { value: log.records },
    analysesRun: { get: () => calls.analysesRun },
  }) as unknown as SandboxHandler
}

async function beforeHeaders(fault: Fault, signal: AbortSignal): Promise<void> {
  await pause(fault.delay ?? 0, signal)
  if (fault.hang) await pause(Infinity, signal)
  if (fault.destroy !== undefined) throw new ConnectionCut(fault.destroy)
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await sleep(ms, signal)
  signal.throwIfAborted()
}

function wantsStream(body: AnalysisRequest, headers: Headers): boolean {
  return body.stream ?? (headers.get('accept') ?? '').includes('text/event-stream')
}
