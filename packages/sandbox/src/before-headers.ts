import { ConnectionCut } from './connection-cut.ts'
import type { Fault } from './faults.ts'
import { sleep } from './sleep.ts'

/**
 * Carries out what a fault does before the headers of the answer.
 *
 * @throws ConnectionCut, or the signal's reason
 */
export async function beforeHeaders(
  fault: Pick<Fault, 'delay' | 'hang' | 'destroy'>,
  signal: AbortSignal,
): Promise<void> {
  await pause(fault.delay ?? 0, signal)
  if (fault.hang) await pause(Infinity, signal)
  if (fault.destroy !== undefined) throw new ConnectionCut(fault.destroy)
}

/** @throws the signal's reason */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await sleep(ms, signal)
  signal.throwIfAborted()
}
