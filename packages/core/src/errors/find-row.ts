import { QuotaExceededError } from './api-error.ts'
import { anyStatus, errorTable, type StatusRow } from './error-table.ts'
import { singleHeader } from './single-header.ts'

/** The rows for reading errors. The fallback is left out, because no error is found by its status or type. */
const rows = /* @__PURE__ */ Object.values(errorTable)
  .flat()
  .filter((row) => typeof row === 'object')
  .filter((row) => row !== errorTable.api_error[0])

/** Whether a name is one of the gateway's codes. */
export function isGatewayCode(name: string): boolean {
  return rows.some((row) => row[1] === anyStatus && row[2] === name)
}

/** Returns a name if the protocol has it as a `type` or code; otherwise undefined. */
export function knownName(name: string | undefined): string | undefined {
  return rows.find((row) => row[2] === name)?.[2]
}

function rowOfStatus(status: number | undefined): StatusRow | undefined {
  return rows.find((row): row is StatusRow => row[1] === status)
}

/** Returns the row of an error. Its code decides, then its status, then its `type`. */
export function findRow(status: number | undefined, names: readonly string[]): StatusRow {
  const code = names.find(isGatewayCode)
  const usual = rowOfStatus(status)
  if (code === undefined && usual !== undefined) return usual
  const name = code ?? names.find(knownName)
  const named = rows.find((row) => row[2] === name)
  const otherwise = status !== undefined && status >= 500 ? 'server_error' : 'api_error'
  return errorTable[named?.[0].code ?? otherwise][0]
}

/** Returns the `type` for an error whose body names none. */
export function defaultType(status: number | undefined): string {
  return (rowOfStatus(status) ?? errorTable.api_error[0])[2]
}

/** Whether the same request may succeed later. With a used-up quota it cannot, whatever a header says. */
export function isRetryable(
  [Class, , , retryable]: StatusRow,
  status: number | undefined,
  headers: Headers | undefined,
): boolean {
  // Inside a stream, an error has no status, and the headers are not about it.
  const said = status && singleHeader(headers, 'x-should-retry', ',')?.toLowerCase()
  const isWorthIt = said === 'true' || (retryable && said !== 'false')
  return isWorthIt && Class !== QuotaExceededError
}
