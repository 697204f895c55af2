import type { Fault } from '@vectrade/sandbox/handler'
import { assert } from 'chai'

/** Cases of one section by name, which says what is to be so. */
export type Cases = Record<string, () => Promise<void>>

/**
 * With time to read before it: what a cut overtakes on its way, in the system or the browser, is lost
 * to any client.
 */
export const cutInMidAnswer: Fault = { stallAfterEvents: 5, stallFor: 400, cutAfterEvents: 6 }

/** A case for each row of data. */
export function forEach<T>(
  rows: readonly T[],
  name: (row: T) => string,
  check: (row: T) => Promise<void>,
): Cases {
  return Object.fromEntries(rows.map((row) => [name(row), () => check(row)]))
}

/** What a promise rejects with, which must be of this class. */
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
