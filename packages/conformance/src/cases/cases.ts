import type { Fault } from '@vectrade/sandbox/handler'
import { assert } from 'chai'

/** The cases of a section. Each name says what must hold. */
export type Cases = Record<string, () => Promise<void>>

/**
 * A cut in the middle of an answer, with time to read before it. Without that time, the system or
 * the browser may discard bytes that arrived before the cut.
 */
export const cutInMidAnswer: Fault = { stallAfterEvents: 5, stallFor: 400, cutAfterEvents: 6 }

/** Returns a case for each row of data. */
export function forEach<T>(
  rows: readonly T[],
  name: (row: T) => string,
  check: (row: T) => Promise<void>,
): Cases {
  return Object.fromEntries(rows.map((row) => [name(row), () => check(row)]))
}

/** Returns the error that a promise rejects with. It must have this class. */
export async function rejection<E extends Error>(
  promise: Promise<unknown>,
  Class: abstract new (...parameters: never[]) => E,
): Promise<E> {
  const [settled] = await Promise.allSettled([promise])
  assert(settled.status === 'rejected', `should have failed with ${Class.name}`)
  const { reason } = settled as { reason: unknown }
  assert(reason instanceof Class, `should have failed with ${Class.name}, not ${String(reason)}`)
  return reason
}
