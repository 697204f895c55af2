import { expect, test } from 'vitest'
import { APIError, VecTradeError, type VecTradeErrorCode } from '../index.ts'
import { errorTable } from '../errors/error-table.ts'
import { errorToWire, statusFor } from '../errors/error-to-wire.ts'
import { failureForReaders } from './failure-for-readers.ts'

const codes = (Object.keys(errorTable) as VecTradeErrorCode[]).filter(
  (code) => typeof errorTable[code][0] === 'string',
)

test.for(codes.filter((code) => code !== 'request_aborted'))(
  '%s has the status and type of the table, and does not mention VecTrade',
  (code) => {
    const failure = new VecTradeError('vq_secret', code, { retryable: true, requestId: 'req_1' })
    const error = failureForReaders(failure)
    expect(error).toBeInstanceOf(APIError)
    expect(error).toMatchObject({ cause: failure, retryable: true, requestId: 'req_1' })
    const status = statusFor(failure)
    expect(statusFor(error)).toBe(status)
    for (const sentWith of [status, undefined]) {
      const { type } = errorToWire(failure, sentWith).error
      expect(errorToWire(error, sentWith).error.type).toBe(type)
    }
    expect(error.message).not.toMatch(/VecTrade|vq_secret/)
  },
)
