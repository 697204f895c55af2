import type { FaultKind } from './fault-rules.ts'
import { readFault } from './fault-syntax.ts'
import type { Fault } from './faults.ts'
import { keyHeadersOf } from './key-header.ts'
import { Refusal } from './refusal.ts'
import { FaultSyntaxError } from './validate-fault.ts'

/** Tells which attempt this is. */
interface Attempt {
  /** From 1. */
  number: number
  /** Counts this use of a fault and returns the number of uses. `''` is the server's own fault. */
  countUses: (fault: string) => number
}

/**
 * Returns the fault for this attempt: the request's own if it has one, otherwise the server's.
 *
 * @throws Refusal with status 400 if the header is not valid
 */
export function chooseFault<Fields extends Pick<Fault, 'times' | 'whenKeyIn'>>(
  headers: Headers,
  server: Fields | readonly Fields[],
  kind: FaultKind<Fields>,
  attempt: Attempt,
): Fields {
  const none = {} as Fields
  const header = headers.get('x-sandbox-fault')
  const fault =
    header === null ? serverFault(server, attempt.number, none) : readHeader(header, kind)
  const { whenKeyIn } = fault
  if (whenKeyIn !== undefined && !keyHeadersOf(headers).includes(whenKeyIn)) return none
  if (fault.times === undefined) return fault
  return attempt.countUses(header ?? '') <= fault.times ? fault : none
}

function serverFault<Fields>(
  server: Fields | readonly Fields[],
  number: number,
  none: Fields,
): Fields {
  return isList(server) ? (server[number - 1] ?? none) : server
}

function isList<Fields>(faults: Fields | readonly Fields[]): faults is readonly Fields[] {
  return Array.isArray(faults)
}

function readHeader<Fields>(header: string, kind: FaultKind<Fields>): Fields {
  try {
    return readFault(header, kind)
  } catch (error) {
    if (!(error instanceof FaultSyntaxError)) throw error
    throw new Refusal(400, `X-Sandbox-Fault: ${error.message}`)
  }
}
