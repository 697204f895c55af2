import type { Call } from './calls.ts'
import { parseFault } from './fault-syntax.ts'
import type { Fault } from './faults.ts'
import { keyHeadersOf } from './key-header.ts'
import { Refusal } from './refusal.ts'
import { FaultSyntaxError } from './validate-fault.ts'

/**
 * Returns the fault for this attempt of a call: the request's own if it has one, otherwise the
 * server's. Without an `Idempotency-Key` the attempts of a call are unknown, so `countUses` counts
 * the uses of the fault instead.
 *
 * @throws Refusal with status 400 if the header is not valid
 */
export function chooseFault(
  headers: Headers,
  server: Fault | readonly Fault[],
  call: Call,
  countUses: () => number,
): Fault {
  const header = headers.get('x-sandbox-fault')
  const fault = header === null ? serverFault(server, call) : readHeader(header)
  const { whenKeyIn } = fault
  if (whenKeyIn !== undefined && !keyHeadersOf(headers).includes(whenKeyIn)) return {}
  if (fault.times === undefined) return fault
  const uses = call.id === undefined ? countUses() : call.attempts
  return uses <= fault.times ? fault : {}
}

function serverFault(server: Fault | readonly Fault[], call: Call): Fault {
  return isList(server) ? (server[call.attempts - 1] ?? {}) : server
}

function isList(faults: Fault | readonly Fault[]): faults is readonly Fault[] {
  return Array.isArray(faults)
}

function readHeader(header: string): Fault {
  try {
    return parseFault(header)
  } catch (error) {
    if (!(error instanceof FaultSyntaxError)) throw error
    throw new Refusal(400, `X-Sandbox-Fault: ${error.message}`)
  }
}
