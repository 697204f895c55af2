import process from 'node:process'
import stringWidth from 'string-width'

/** The parts of a terminal that are used. */
export interface Terminal {
  readonly columns: number
  write(text: string): unknown
}

const hideCursor = '\u001b[?25l'
const showCursor = '\u001b[?25h'

/**
 * A block of lines on a terminal that is drawn again and again in the same place. Other lines can be put above it, and
 * stay. The cursor is hidden until the screen is disposed, or the process ends.
 */
export class LiveScreen implements Disposable {
  readonly #terminal: Terminal
  /** The lines that are on the screen. */
  #block: readonly string[] = []
  /** Lines to put above the block. */
  #kept = ''
  readonly #showCursor: () => void

  constructor(terminal: Terminal) {
    this.#terminal = terminal
    this.#showCursor = () => void terminal.write(showCursor)
    // The process can exit before the screen is disposed.
    process.once('exit', this.#showCursor)
    terminal.write(hideCursor)
  }

  /** Puts lines above the block with the next drawing. */
  keep(lines: readonly string[]): void {
    for (const line of lines) this.#kept += `${line}\n`
  }

  /** Draws the block, if something has changed. */
  draw(block: readonly string[]): void {
    const isSame =
      block.length === this.#block.length && block.every((line, at) => line === this.#block[at])
    if (isSame && this.#kept === '') return
    const height = this.#height()
    const up = height === 0 ? '' : `\u001b[${height}A`
    const lines = block.map((line) => `${line}\u001b[K\n`)
    // Lines that stay can be longer than the terminal is wide, so the place below must be empty.
    const kept = this.#kept === '' ? '' : `\u001b[J${this.#kept}`
    this.#terminal.write(`\r${up}${kept}${lines.join('')}\u001b[J`)
    this.#block = block
    this.#kept = ''
  }

  [Symbol.dispose](): void {
    process.off('exit', this.#showCursor)
    this.#showCursor()
  }

  /** Returns the rows of the block. Its lines take more of them after the window has become narrower. */
  #height(): number {
    // Some terminals do not tell their size.
    const columns = this.#terminal.columns || 80
    return this.#block.reduce(
      (rows, line) => rows + Math.max(1, Math.ceil(stringWidth(line) / columns)),
      0,
    )
  }
}
