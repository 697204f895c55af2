import { vi } from 'vitest'
import type { LiveCaller, Received } from './live-endpoint.ts'

/** Reads events that are already there or come in the next turns. */
export async function read(caller: LiveCaller, count: number): Promise<Received[]> {
  const reads = Promise.all(Array.from({ length: count }, () => caller.next()))
  await vi.advanceTimersByTimeAsync(100)
  return (await reads).filter((message) => message !== undefined)
}

/** Returns the events of messages. */
export const events = (received: Received[]): unknown[] => received.map(({ event }) => event)
