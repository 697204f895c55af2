import type { Cell } from './cell.ts'

const mendable = new Set(['ConnectionError', 'TimeoutError (headers)'])
const cut = new Set(['StreamInterruptedError', 'TimeoutError (heartbeat)'])

/** The matrix for other calls of the client: with retries, in one piece, resumed. */
export function variations(cells: readonly Cell[]): Cell[] {
  const single = cells.filter(({ calls = 1 }) => calls === 1)
  return [...single.map(retried), ...single.map(analyzed), ...single.filter(isStored).map(resumed)]
}

/** The first attempt gets the fault; the others get a sound answer. */
function retried(cell: Cell): Cell {
  const isReached = cell.server !== 'none' && cell.server !== 'unknown authority' && !cell.onConnect
  const expected = isReached
    ? cell.expected.map((outcome) => (mendable.has(outcome) ? 'complete' : outcome))
    : cell.expected
  return {
    ...cell,
    maxRetries: 1,
    expected,
    play: (wire) => (wire.request === 1 ? cell.play(wire) : wire.answer()),
  }
}

/** An answer in one piece is complete when its body ends, not with an event. */
function analyzed(cell: Cell): Cell {
  const { stage, expected, family } = cell
  const asOne = { ...cell, mode: 'analyze' } as const
  if (family === 'gzip bomb') return { ...asOne, expected: ['StreamProtocolError'] }
  const isSound = expected.join() === 'complete' && stage !== 'after done'
  if (stage === 'before headers' || isSound) return asOne
  const broken = ['StreamInterruptedError', 'StreamProtocolError']
  const timeouts = ['TimeoutError (heartbeat)', 'TimeoutError (idle)']
  const isSilent = cell.limit !== undefined
  return { ...asOne, expected: [...expected, ...broken, ...(isSilent ? timeouts : [])] }
}

/** A bomb's events have no ids. A response without a content type is not a stream that can be resumed. */
function isStored({ family }: Cell): boolean {
  return family !== 'gzip bomb'
}

/** A cut stream is resumed. Only the caller's wait for an event has a limit. */
function resumed(cell: Cell): Cell {
  const expected = cell.expected.map((outcome) => (cut.has(outcome) ? 'complete' : outcome))
  return { ...cell, mode: 'resume', expected }
}
