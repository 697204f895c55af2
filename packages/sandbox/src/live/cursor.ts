/** A position in the events of the market. Clients get it as the id of an event. */
export interface Cursor {
  readonly tick: number
  /** The rank of the last event that was sent of this tick. */
  readonly rank: string
}

/** The rank after all events of a tick. */
export const endOfTick = '9'

/**
 * Returns a cursor as an id.
 *
 * @param startedAt when the market has begun. It tells the cursors of two sandboxes apart.
 */
export function idOf({ tick, rank }: Cursor, startedAt: number): string {
  return `${startedAt.toString(36)}.${tick}.${rank}`
}

/** Returns the cursor in an id, or undefined if it is not an id of this market. */
export function cursorIn(id: string, startedAt: number): Cursor | undefined {
  const [, start, tick, rank] = /^([0-9a-z]+)\.(\d{1,15})\.([1239].*)$/.exec(id) ?? []
  if (start !== startedAt.toString(36) || tick === undefined || rank === undefined) return undefined
  return { tick: Number(tick), rank }
}
