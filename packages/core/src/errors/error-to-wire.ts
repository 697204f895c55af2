import { APIError } from './api-error.ts'
import type { LocalErrorCode } from './error-code.ts'
import { errorTable, type LocalErrorRow, unexpected } from './error-table.ts'
import { findRow } from './find-row.ts'
import { VecTradeError } from './vectrade-error.ts'

/** The documented shape of an error on the wire. */
export interface WireError {
  error: {
    type: string
    message: string
    error_code?: string | undefined
    docs_url?: string | undefined
    retry_after?: number | undefined
  }
  request_id?: string | undefined
}

/**
 * Returns an error as readers of our streams get it. An API error keeps what VecTrade said about it. For any other
 * error, the table has a general message: its own message may contain anything.
 *
 * @param status the HTTP status that the error is sent with; undefined inside a stream
 */
export function errorToWire(error: unknown, status?: number): WireError {
  const request_id = VecTradeError.isInstance(error) ? error.requestId : undefined
  if (!(error instanceof APIError)) {
    const [message, , type] = localRow(error)
    return { error: { type, message }, request_id }
  }
  const [Class] = findRow(status, [error.type])
  return {
    error: {
      // Readers find the class by status and `type`. If they would find another class, send this error's `code` as
      // the type.
      type: Class.code === error.code ? error.type : error.code,
      message: ownWords(error),
      error_code: error.errorCode,
      docs_url: error.docsUrl,
      retry_after: error.retryAfter,
    },
    request_id,
  }
}

/**
 * Returns the HTTP status for an error before the answer begins. VecTrade's own status is kept. An error that came
 * inside a stream has none, and gets one that its readers take for the same class.
 */
export function statusFor(error: unknown): number {
  if (!(error instanceof APIError)) return localRow(error)[1]
  const { code, type, status, retryable } = error
  // A source may throw any status, such as that of a redirect. Some servers send statuses that no response can have.
  if (status !== undefined) return status >= 400 && status < 600 ? status : 502
  // Another copy of this package may have classes that this one does not know.
  const rows = errorTable[code] ?? errorTable.server_error
  const same = rows.find((row) => row[2] === type && row[3] === retryable)
  return same?.[1] ?? rows[0][1]
}

/** Returns the row of an error that is not the API's. */
function localRow(error: unknown): LocalErrorRow {
  if (!VecTradeError.isInstance(error)) return unexpected
  const row: readonly unknown[] | undefined = errorTable[error.code as LocalErrorCode]
  // An error of another copy of this package may have the code of an API error, or a code that is new.
  return typeof row?.[0] === 'string' ? (row as LocalErrorRow) : unexpected
}

/** Returns what the server said, without our advice about this program's options. */
function ownWords({ message, hint }: APIError): string {
  return hint === undefined ? message : message.slice(0, -hint.length - 1)
}
