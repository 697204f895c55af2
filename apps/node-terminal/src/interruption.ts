import process from 'node:process'

/** How long an orderly end may take before the process is ended anyway, in ms. */
const patience = 500

/**
 * What ends an answer from outside: Ctrl-C, SIGTERM, or a reader of the output that has gone.
 * The first one counts: npx and pnpm may pass on a Ctrl-C that has come here already.
 */
export class Interruption {
  /** Undefined while nothing has happened. */
  exitCode: number | undefined
  /** Whether there is still somebody to write to. */
  readerIsThere = true
  /** Whether somebody has asked for the end, here, knowing that there is more to come. */
  byUser = false
  readonly #controller = new AbortController()

  constructor() {
    process.on('SIGINT', () => this.#signalled(130))
    process.on('SIGTERM', () => this.#signalled(143))
  }

  /** Aborted when the answer has to end. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** For `demo | head -1`, which got what it wanted. */
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
