import type { StreamEvent } from '../events/stream-event.ts'
import type { StreamResponse } from '../http/stream-response.ts'
import { whenAborted } from '../lifetime/abort-source.ts'
import { markHandled } from '../lifetime/mark-handled.ts'
import { type Reading, whole } from './reading.ts'
import type { StreamOpener, StreamSource } from './stream-source.ts'

interface Branch {
  /** The event that the branch has not taken yet. */
  event: StreamEvent | undefined
  /** The id of the last event that the branch has taken. The other branch may be further. */
  lastEventId: string
  /** Settles the branch's pending `fill`. */
  asked: { resolve: (more: boolean) => void; reject: (error: unknown) => void } | undefined
  isClosed: boolean
}

/**
 * Returns the openers of two streams that share one reading.
 *
 * The next event is read when both branches have asked for it, so no events wait in memory for the slower
 * branch. After one branch is closed, the other one reads alone. If the reading ends early, a waiting branch
 * ends at once and no longer waits for the other one.
 */
export function teeOpeners(
  reading: Reading,
  stream: { readonly response: Promise<StreamResponse>; readonly id: string | undefined },
): [StreamOpener, StreamOpener] {
  const pull = reading.pull(whole)
  const branches: [Branch, Branch] = [newBranch(), newBranch()]
  let isReading = false
  let isOver = false
  /** The error of the reading. The reading throws it only once, so it is kept for a branch that asks later. */
  let failure: { error: unknown } | undefined

  const next = async (): Promise<StreamEvent | undefined> =>
    pull.ready() ?? (await pull.wait()).value
  const idOfReading = (): string => reading.source?.lastEventId ?? ''

  const advance = (): void => {
    const readers = branches.filter((branch) => !branch.isClosed && (!isOver || branch.asked))
    if (isReading || readers.length === 0) return
    if (readers.some((branch) => branch.asked === undefined)) return
    isReading = true
    const settle = (told: Branch[], tell: (branch: Branch) => void): void => {
      isReading = false
      for (const branch of told) {
        tell(branch)
        branch.asked = undefined
      }
      // During the read, one branch may have been closed, and the other one may have asked.
      advance()
    }
    next().then(
      (event) =>
        settle(readers, (branch) => {
          branch.event = event
          branch.asked?.resolve(event !== undefined)
        }),
      (error: unknown) => {
        failure = { error }
        // Also tell a branch that has asked since the reading ended.
        settle(branches, (branch) => branch.asked?.reject(error))
      },
    )
  }
  reading.onEnd = () => {
    isOver = true
    advance()
  }

  const close = (branch: Branch): void => {
    if (branch.isClosed) return
    branch.isClosed = true
    branch.asked?.resolve(false)
    if (branches.every(({ isClosed }) => isClosed)) void markHandled(reading.cancel())
    else advance()
  }

  const source = (branch: Branch, response: StreamResponse): StreamSource => ({
    response,
    get id() {
      return stream.id
    },
    stop: () => reading.stop(),
    get lastEventId() {
      return branch.lastEventId
    },
    get complete() {
      return branch.event === undefined && reading.isComplete
    },
    get cut() {
      return reading.isCut
    },
    take() {
      const { event } = branch
      if (event !== undefined) branch.lastEventId = idOfReading()
      branch.event = undefined
      return event
    },
    fill() {
      return new Promise((resolve, reject) => {
        if (failure) return reject(failure.error)
        branch.asked = { resolve, reject }
        advance()
      })
    },
    close: () => close(branch),
    drain: async () => close(branch),
  })

  const opener = (branch: Branch): StreamOpener => ({
    async open(signal) {
      // The headers may take long. Both branches may be closed before they arrive.
      const unlink = whenAborted(signal, () => close(branch))
      try {
        const response = await stream.response
        branch.lastEventId = idOfReading()
        return source(branch, response)
      } finally {
        unlink()
      }
    },
    stop: () => reading.stop(),
    discard: () => close(branch),
  })

  return [opener(branches[0]), opener(branches[1])]
}

function newBranch(): Branch {
  return { event: undefined, lastEventId: '', asked: undefined, isClosed: false }
}
