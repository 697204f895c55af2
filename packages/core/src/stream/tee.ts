import { whenAborted } from '../lifetime/abort-source.ts'
import type { StreamEvent } from '../events/stream-event.ts'
import type { StreamResponse } from '../http/response.ts'
import type { StreamSource, StreamOpener } from './stream-source.ts'

/** What a tee reads from: the stream that was split. */
export interface TeeInput {
  /** The next event, undefined at the end. */
  next(): Promise<StreamEvent | undefined>
  /** Ends the stream, quietly. */
  cancel(): void
  response(): Promise<StreamResponse>
  lastEventId(): string
  complete(): boolean
  /** Whether it was ended before it was complete. */
  cut(): boolean
  id(): string | undefined
  /** Ends the answer, for everybody. */
  stop(): Promise<void>
  /** Calls the listener when the stream ends otherwise than by its events. */
  onEnd(listener: () => void): void
}

interface Branch {
  event: StreamEvent | undefined
  /** Settles the branch's pending `fill`. */
  asked: { resolve: (more: boolean) => void; reject: (error: unknown) => void } | undefined
  left: boolean
}

/**
 * Two readers of one stream, in step: the next event is read when both ask for it, so that nothing
 * piles up behind the slower of them. One that leaves no longer counts; nor does the pace once the stream
 * has been ended, by an abort perhaps: who waits is told at once.
 */
export function teeOrigins(input: TeeInput): [StreamOpener, StreamOpener] {
  const branches: [Branch, Branch] = [newBranch(), newBranch()]
  let reading = false
  let isOver = false
  /** For the branch that asks later: a stream tells it once only. */
  let failure: { error: unknown } | undefined

  const advance = (): void => {
    const readers = branches.filter((branch) => !branch.left && (!isOver || branch.asked))
    if (reading || readers.length === 0) return
    if (readers.some((branch) => branch.asked === undefined)) return
    reading = true
    const settle = (told: Branch[], tell: (branch: Branch) => void): void => {
      reading = false
      for (const branch of told) {
        tell(branch)
        branch.asked = undefined
      }
    }
    input.next().then(
      (event) =>
        settle(readers, (branch) => {
          branch.event = event
          branch.asked?.resolve(event !== undefined)
        }),
      (error: unknown) => {
        failure = { error }
        // One that has asked since the end is told of it as well.
        settle(branches, (branch) => branch.asked?.reject(error))
      },
    )
  }
  input.onEnd(() => {
    isOver = true
    advance()
  })

  const leave = (branch: Branch): void => {
    if (branch.left) return
    branch.left = true
    branch.asked?.resolve(false)
    if (branches.every(({ left }) => left)) input.cancel()
    else advance()
  }

  const source = (branch: Branch, response: StreamResponse): StreamSource => ({
    response,
    get id() {
      return input.id()
    },
    stop: () => input.stop(),
    get lastEventId() {
      return input.lastEventId()
    },
    get complete() {
      return branch.event === undefined && input.complete()
    },
    get cut() {
      return input.cut()
    },
    take() {
      const { event } = branch
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
    close: () => leave(branch),
    drain: async () => leave(branch),
  })

  const origin = (branch: Branch): StreamOpener => ({
    async open(signal) {
      // The headers may take long, and both may have left before.
      const unlink = whenAborted(signal, () => leave(branch))
      try {
        return source(branch, await input.response())
      } finally {
        unlink()
      }
    },
    discard: () => leave(branch),
  })

  return [origin(branches[0]), origin(branches[1])]
}

function newBranch(): Branch {
  return { event: undefined, asked: undefined, left: false }
}
