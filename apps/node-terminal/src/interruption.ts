import process from 'node:process'

/** How long an orderly end may take, in ms. Then the process is ended anyway. */
const patience = 500

/**
 * Watches for events that end an answer from outside: Ctrl-C, SIGTERM, or a reader of the output that has
 * left. Only the first one counts, because npx and pnpm may pass on a Ctrl-C that has already arrived.
 */
export class Interruption {
  /** The exit code of the event; undefined while there is none. */
  exitCode: number | undefined
  /** Whether the output still has a reader. */
  readerIsThere = true
  /** Whether the user has ended the answer, and so knows that it is incomplete. */
  byUser = false
  readonly #controller = new AbortController()

  /** @param exitCodeOfCtrlC 0 for a program that has no other end */
  constructor(exitCodeOfCtrlC: 0 | 130) {
    process.on('SIGINT', () => this.#signalled(exitCodeOfCtrlC))
    process.on('SIGTERM', () => this.#signalled(143))
  }

  /** The signal that is aborted when the answer has to end. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Ends the answer without an error, as for `demo | head -1`, which has read enough. */
  readerHasGone(): void {
    this.readerIsThere = false
    this.#stop(0)
  }

  #signalled(exitCode: number): void {
    this.byUser = true
    this.#stop(exitCode)
  }

  #stop(exitCode: number): void {
    if (this.exitCode !== undefined) return
    this.exitCode = exitCode
    this.#controller.abort()
    setTimeout(() => process.exit(this.exitCode), patience).unref()
  }
}
