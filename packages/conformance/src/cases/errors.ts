import * as core from '@vectrade/core'
import type { FaultBody } from '@vectrade/sandbox/handler'
import { assert } from 'chai'
import type { Lab } from '../lab.ts'
import { type Cases, forEach, rejection } from './cases.ts'

interface Row {
  status: number
  type: string
  Class: typeof core.APIError
  code: core.APIError['code']
  retryable: boolean
}

/** The classes of API errors: status, `error.type`, class, `code`, and whether it is retried. */
const rows: Row[] = (
  [
    [400, 'invalid_request_error', core.ValidationError, 'validation_error', false],
    [422, 'validation_error', core.ValidationError, 'validation_error', false],
    [401, 'authentication_error', core.AuthenticationError, 'authentication_error', false],
    [403, 'permission_error', core.AuthenticationError, 'authentication_error', false],
    [402, 'payment_required', core.PaymentRequiredError, 'payment_required', false],
    [404, 'not_found', core.NotFoundError, 'not_found', false],
    [408, 'request_timeout', core.APIError, 'api_error', true],
    [409, 'conflict', core.APIError, 'api_error', true],
    [429, 'rate_limit_error', core.RateLimitError, 'rate_limit_error', true],
    [429, 'quota_exceeded', core.QuotaExceededError, 'quota_exceeded', false],
    [403, 'quota_exceeded', core.QuotaExceededError, 'quota_exceeded', false],
    [500, 'server_error', core.ServerError, 'server_error', true],
    [502, 'bad_gateway', core.ServiceUnavailableError, 'service_unavailable', true],
    [503, 'service_unavailable', core.ServiceUnavailableError, 'service_unavailable', true],
    [504, 'service_unavailable', core.ServiceUnavailableError, 'service_unavailable', true],
  ] as const
).map(([status, type, Class, code, retryable]) => ({ status, type, Class, code, retryable }))

const shapes: FaultBody[] = ['documented', 'flat', 'problem', 'gateway']
/** The gateway's codes. They take precedence over the status. */
const codes: Row[] = (
  [
    [401, 'invalid_api_key', core.AuthenticationError, 'authentication_error', false],
    [403, 'scope_denied', core.AuthenticationError, 'authentication_error', false],
    [403, 'ai_access_denied', core.PaymentRequiredError, 'payment_required', false],
    [403, 'token_quota_exceeded', core.QuotaExceededError, 'quota_exceeded', false],
    [429, 'token_quota_exceeded', core.QuotaExceededError, 'quota_exceeded', false],
    [429, 'ai_daily_limit_exceeded', core.QuotaExceededError, 'quota_exceeded', false],
    [429, 'newer_than_this', core.RateLimitError, 'rate_limit_error', true],
  ] as const
).map(([status, type, Class, code, retryable]) => ({ status, type, Class, code, retryable }))

const foreign: FaultBody[] = ['html', 'text', 'empty']

/** Answers that are errors, and requests without an answer. */
export function errors(lab: Lab): Cases {
  return {
    ...forEach(
      rows.flatMap((row) => shapes.map((body) => [row, body] as const)),
      ([{ status, type }, body]) => `${status} ${type}, ${body}`,
      async ([{ status, type, Class, code, retryable }, body]) => {
        const { stream } = await lab.ask({ status, errorType: type, body, message: 'Said so' })
        const error = await rejection(stream.finalText(), Class)
        assert.include(error, { status, type, code, retryable })
        // After the server's message, a 404 has advice for programs with a key.
        assert.match(error.message, status === 404 ? /^Said so( \(.*`baseURL`\))?$/ : /^Said so$/)
        assert.match(String(error.requestId), /^req_/)
        assert(core.VecTradeError.isInstance(error))
        assert.equal(error.name, Class.errorClass)
        assert.doesNotThrow(() => JSON.stringify(error))
      },
    ),

    ...forEach(
      codes.flatMap((row) => (['flat', 'gateway'] as const).map((body) => [row, body] as const)),
      ([{ status, type }, body]) => `${status} with the code ${type}, ${body}`,
      async ([{ status, type, Class, code, retryable }, body]) => {
        const call = await lab.ask({ status, errorCode: type, body, message: 'Said so' })
        const error = await rejection(call.stream.finalText(), Class)
        assert.include(error, { status, errorCode: type, code, retryable, message: 'Said so' })
      },
    ),

    async 'AUTH_002 stands for a quota where the message names one'() {
      const fault = { status: 403, errorCode: 'AUTH_002', body: 'gateway' } as const
      const quota = await lab.ask({ ...fault, message: 'Monthly quota used up' })
      await rejection(quota.stream.finalText(), core.QuotaExceededError)
      const scope = await lab.ask({ ...fault, message: 'Scope missing' })
      await rejection(scope.stream.finalText(), core.AuthenticationError)
    },

    async 'the gateway shape has everything it says'() {
      const errorFields = { upgrade_url: 'https://upgrade.example', allowed_scopes: ['quotes'] }
      const fault = { status: 403, errorCode: 'scope_denied', bodyRetryAfter: 30, errorFields }
      const { stream } = await lab.ask({ ...fault, body: 'gateway' })
      const error = await rejection(stream.finalText(), core.AuthenticationError)
      assert.include(error, { docsUrl: 'https://upgrade.example', retryAfter: 30 })
      assert.deepNestedInclude(error.details, { allowed_scopes: ['quotes'] })
    },

    ...forEach(
      ['documented', 'flat', 'gateway'] as const,
      (body) => `an error under status 200, ${body}, is the one it is elsewhere`,
      async (body) => {
        const fault = {
          status: 200,
          body,
          errorType: 'quota_exceeded',
          message: 'Said so',
        } as const
        const { stream, client } = await lab.ask(fault)
        for (const failing of [stream.finalText(), client.ai.analyze('p')]) {
          const error = await rejection(failing, core.QuotaExceededError)
          assert.include(error, { status: undefined, message: 'Said so' })
        }
      },
    ),

    ...forEach(
      foreign,
      (body) => `a body that is ${body} has its class still`,
      async (body) => {
        const { stream } = await lab.ask({ status: 503, body })
        const error = await rejection(stream.finalText(), core.ServiceUnavailableError)
        assert.equal(error.status, 503)
      },
    ),

    async '429 tells when and how much'() {
      const { stream } = await lab.ask({ status: 429, retryAfter: 7 })
      const error = await rejection(stream.finalText(), core.RateLimitError)
      assert.equal(error.retryAfter, 7)
      assert.isNumber(error.limit)
      assert.equal(error.remaining, 0)
    },

    ...forEach(
      ['fin', 'rst'] as const,
      (destroy) => `a connection closed without an answer, ${destroy}`,
      async (destroy) => {
        const { stream } = await lab.ask({ destroy })
        const error = await rejection(stream.finalText(), core.ConnectionError)
        assert.include(error, { phase: 'connect', retryable: true })
      },
    ),

    ...forEach(
      ['text/html', 'application/json', 'text/event-streamx'],
      (contentType) => `status 200 of content type ${contentType}`,
      async (contentType) => {
        const { stream } = await lab.ask({ status: 200, body: 'html', contentType })
        const error = await rejection(stream.finalText(), core.StreamProtocolError)
        assert.include(error.message, contentType)
      },
    ),

    ...forEach(
      [201, 204, 210],
      (status) => `status ${status} is no stream, and not asked again`,
      async (status) => {
        const call = await lab.ask({ status }, { client: { maxRetries: 2 } })
        const error = await rejection(call.stream.finalText(), core.StreamProtocolError)
        assert.include(error.message, String(status))
        assert.equal((await lab.seen(call)).length, 1)
      },
    ),

    async 'a response without a body says what to do about it'() {
      const fetch = async (): Promise<Response> =>
        new Response(null, { headers: { 'content-type': 'text/event-stream' } })
      const { stream } = await lab.ask({}, { client: { fetch } })
      const error = await rejection(stream.finalText(), core.StreamProtocolError)
      assert.include(error.message, 'expo/fetch')
    },

    async 'a wrong option names itself'() {
      const client = await lab.client()
      assert.throws(
        () => client.ai.stream('p', { timeout: -1 }),
        core.ConfigurationError,
        /timeout/,
      )
      assert.throws(() => client.ai.stream(1 as unknown as string), core.ConfigurationError)
    },

    async 'another copy of the SDK, by its brand'() {
      const copy = new core.StreamResumeError('From this copy')
      assert(core.VecTradeError.isInstance(copy))
      assert(!core.VecTradeError.isInstance(new Error('No')))
    },
  }
}
