import * as core from '@vectrade/core'
import type { Fault } from '@vectrade/sandbox/handler'
import { assert } from 'chai'
import type { Lab } from '../lab.ts'
import { type Cases, cutInMidAnswer, forEach, rejection } from './cases.ts'

const shapes: NonNullable<Fault['errorShape']>[] = [
  'documented',
  'flat',
  'problem',
  'gateway',
  'message',
]
/** Shapes that can be recognized as errors by their fields alone. */
const telling: typeof shapes = ['documented', 'flat', 'gateway']
const marks: NonNullable<Fault['errorMark']>[] = ['event', 'type', 'both']

const classes = [
  ['validation_error', core.ValidationError],
  ['authentication_error', core.AuthenticationError],
  ['payment_required', core.PaymentRequiredError],
  ['not_found', core.NotFoundError],
  ['rate_limit_error', core.RateLimitError],
  ['quota_exceeded', core.QuotaExceededError],
  ['server_error', core.ServerError],
  ['service_unavailable', core.ServiceUnavailableError],
  ['newer_than_this', core.APIError],
] as const

/** Answers that fail after they have started. Nothing that has arrived is lost. */
export function streamErrors(lab: Lab): Cases {
  /** Returns the error of an answer with a fault. Its `partial` must have the delivered text. */
  const failing = async <E extends core.VecTradeError>(
    fault: Fault,
    Class: abstract new (...parameters: never[]) => E,
  ): Promise<E> => {
    const { stream } = await lab.ask(fault)
    let text = ''
    const reading = (async () => {
      for await (const { content } of stream) text += content
    })()
    const error = await rejection(reading, Class)
    assert.equal(error.partial?.text, text)
    assert.match(String(error.requestId), /^req_/)
    return error
  }

  return {
    ...forEach(
      [
        ...shapes.flatMap((errorShape) => marks.map((errorMark) => ({ errorShape, errorMark }))),
        ...telling.map((errorShape) => ({ errorShape, errorMark: 'none' as const })),
      ],
      ({ errorShape, errorMark }) => `shape ${errorShape}, marked by ${errorMark}`,
      async (how) => {
        const error = await failing(
          { ...how, errorAfterEvents: 5, message: 'Said so', tokensPerSecond: 1000 },
          core.APIError,
        )
        assert.include(error, { message: 'Said so', status: undefined })
        assert.isAbove(error.partial?.text.length ?? 0, 0)
      },
    ),

    ...forEach(
      classes,
      ([type]) => `${type} has the class it has as a status`,
      async ([errorType, Class]) => {
        const error = await failing({ errorAfterEvents: 3, errorType }, Class)
        assert.equal(error.name, Class.errorClass)
      },
    ),

    ...forEach(
      ['fin', 'rst'] as const,
      (cut) => `a connection cut in mid-answer, ${cut}`,
      async (cut) => {
        const fault = { ...cutInMidAnswer, cut, ids: true }
        const error = await failing(fault, core.StreamInterruptedError)
        assert.isAbove(error.partial?.text.length ?? 0, 0)
        assert.match(String(error.partial?.lastEventId), /^\d+$/)
        assert.include(error, { phase: 'body', retryable: true })
      },
    ),

    async 'a connection cut within an event: half of it is never delivered'() {
      const error = await failing({ cutAfterBytes: 700 }, core.StreamInterruptedError)
      const whole = await (await lab.ask()).stream.finalText()
      assert(whole.startsWith(error.partial?.text ?? '?'))
    },
  }
}
