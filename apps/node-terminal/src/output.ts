import { once } from 'node:events'
import process from 'node:process'
import yoctoSpinner from 'yocto-spinner'
import type { Interruption } from './interruption.ts'
import { oneLine } from './printable.ts'
import type { Question } from './prompt.ts'
import { createStyle, type Style } from './style.ts'

/**
 * Writes the answer to stdout, and everything about it to stderr, so that a pipe gets only the answer. On a
 * terminal, both go to the same screen.
 */
export class Output {
  readonly style: Style = createStyle(process.stdout)
  /** Whether stdout is a screen that can move its cursor. */
  readonly terminal: boolean = isTerminal(process.stdout)
  readonly #statusStyle: Style = createStyle(process.stderr)
  readonly #interruption: Interruption
  readonly #spinner: ReturnType<typeof yoctoSpinner> | undefined
  /** Whether there is an answer on the screen, so that an empty line must come before the next notice. */
  #answered = false

  constructor(interruption: Interruption) {
    this.#interruption = interruption
    // The spinner must not handle signals: it would end the process before our orderly end. With a pipe
    // there is no spinner, because the reader of the pipe may be a pager that owns the screen.
    if (this.terminal && isTerminal(process.stderr)) {
      this.#spinner = yoctoSpinner({ handleSignals: false })
    }
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      interruption.readerHasGone()
      // Any other error, such as a full disk, is a failure.
      if (error.code === 'EPIPE') return
      interruption.exitCode = 1
      this.error(`The output cannot be written (${error.code ?? error.message})`)
    })
    // There is no place left to report this.
    process.stderr.on('error', () => {})
  }

  /** Returns the most columns of a line. Called for every line, because a window can change its size. */
  readonly columns = (): number => Math.min((process.stdout.columns || 80) - 1, 88)

  /** Writes a piece of the answer. Settles when there is room for the next piece. */
  async write(text: string): Promise<void> {
    if (text === '') return
    this.#spinner?.stop()
    this.#answered = this.terminal
    if (process.stdout.write(text)) return
    await once(process.stdout, 'drain', { signal: this.#interruption.signal })
  }

  /** Shows a spinner with a text until something is written. */
  wait(text: string): void {
    if (this.#spinner === undefined) return
    this.#spinner.text = this.#statusStyle('dim', text)
    this.#spinner.start()
  }

  /** Writes a line about who answers. */
  notice(text: string): void {
    this.#say(this.#statusStyle('dim', text))
  }

  /** Writes the question. Without a screen, writes it only if it is the demo's own. */
  question({ prompt, own }: Question): void {
    const notice = 'No question was given, so here is one:'
    if (own) this.notice(this.terminal ? notice : `${notice} ${prompt}`)
    if (!this.terminal) return
    this.#say(
      `\n${this.#statusStyle(['cyan', 'bold'], '❯')} ${this.#statusStyle('bold', oneLine(prompt))}\n`,
    )
  }

  /** Writes the last line, with the model, the tokens and the time. */
  summary(text: string): void {
    this.#say(this.#statusStyle('dim', text))
  }

  /** Writes that the user has ended the answer. */
  stopped(): void {
    this.#say(this.#statusStyle('dim', 'Stopped: the answer is not complete.'))
  }

  /** Writes a failure in one line. */
  error(text: string): void {
    this.#say(`${this.#statusStyle(['red', 'bold'], 'error')} ${oneLine(text)}`)
  }

  #say(line: string): void {
    this.#spinner?.stop()
    process.stderr.write(`${this.#answered ? '\n' : ''}${line}\n`)
  }
}

function isTerminal(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && process.env['TERM'] !== 'dumb'
}
