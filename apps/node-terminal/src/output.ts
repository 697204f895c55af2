import { once } from 'node:events'
import process from 'node:process'
import yoctoSpinner from 'yocto-spinner'
import type { Interruption } from './interruption.ts'
import { oneLine } from './printable.ts'
import type { Question } from './prompt.ts'
import { createStyle, type Style } from './style.ts'

/**
 * Where everything is written: the answer to stdout, all that is said about it to stderr, so that
 * a pipe gets the answer and nothing else. On a terminal both are the same screen.
 */
export class Output {
  readonly style: Style = createStyle(process.stdout)
  /** Whether stdout is a screen that can move its cursor. */
  readonly terminal: boolean = isTerminal(process.stdout)
  readonly #statusStyle: Style = createStyle(process.stderr)
  readonly #interruption: Interruption
  readonly #spinner: ReturnType<typeof yoctoSpinner> | undefined
  /** Whether a screen has an answer on it, from which what follows is set off. */
  #answered = false

  constructor(interruption: Interruption) {
    this.#interruption = interruption
    // Signals are ours: the spinner would end the process and with it the orderly end.
    // Beside a pipe there is none, for its reader may be a pager that owns the screen.
    if (this.terminal && isTerminal(process.stderr)) {
      this.#spinner = yoctoSpinner({ handleSignals: false })
    }
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      interruption.readerHasGone()
      // A full disk is not a reader who has seen enough.
      if (error.code === 'EPIPE') return
      interruption.exitCode = 1
      this.error(`The output cannot be written (${error.code ?? error.message})`)
    })
    // Nobody is left to be told.
    process.stderr.on('error', () => {})
  }

  /** The columns a line may have; asked again for every line, for windows change their size. */
  readonly columns = (): number => Math.min((process.stdout.columns || 80) - 1, 88)

  /** Writes a piece of the answer. Settles when there is room for the next. */
  async write(text: string): Promise<void> {
    if (text === '') return
    this.#spinner?.stop()
    this.#answered = this.terminal
    if (process.stdout.write(text)) return
    await once(process.stdout, 'drain', { signal: this.#interruption.signal })
  }

  /** Shows that something is going on, until something is written. */
  wait(text: string): void {
    if (this.#spinner === undefined) return
    this.#spinner.text = this.#statusStyle('dim', text)
    this.#spinner.start()
  }

  /** A line on who answers. */
  notice(text: string): void {
    this.#say(this.#statusStyle('dim', text))
  }

  /** On a screen, the question, set off from its answer; elsewhere only one that nobody has asked. */
  question({ prompt, own }: Question): void {
    const notice = 'No question was given, so here is one:'
    if (own) this.notice(this.terminal ? notice : `${notice} ${prompt}`)
    if (!this.terminal) return
    this.#say(
      `\n${this.#statusStyle(['cyan', 'bold'], '❯')} ${this.#statusStyle('bold', oneLine(prompt))}\n`,
    )
  }

  /** The last line, on how the answer came about. */
  summary(text: string): void {
    this.#say(this.#statusStyle('dim', text))
  }

  /** What is said where the user has ended the answer. */
  stopped(): void {
    this.#say(this.#statusStyle('dim', 'Stopped: the answer is not complete.'))
  }

  /** A failure, in one line. */
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
