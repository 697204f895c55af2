import type { LiveEvent, LiveState, QuoteEvent } from '@vectrade/node'
import { oneLine } from '../printable.ts'
import type { Style } from '../style.ts'
import type { LiveDemoOptions } from './live-options.ts'
import { describeAlert, describeGap, describeNews } from './live-lines.ts'
import { amount, clockTime, signed } from './live-numbers.ts'
import { type Piece, toLine } from './piece.ts'

/** The time for which a gap is shown, and the silence after which the market may be closed, in ms. */
const gapTime = 5_000
const quietTime = 10_000

const headings = ['Symbol', 'Price', 'Change', 'Change %', 'Time']

/** What the screen shows of a feed: the newest quote of each symbol, and the state. */
export class LiveBoard {
  readonly #options: Pick<LiveDemoOptions, 'symbols' | 'channels'>
  readonly #style: Style
  readonly #now: () => number
  readonly #latest: (symbol: string) => QuoteEvent | undefined
  #isSimulated: boolean
  #movedAt: number | undefined
  #gapAt = -Infinity

  /**
   * @param latest returns the newest quote of a symbol
   * @param now for tests
   */
  constructor(
    options: Pick<LiveDemoOptions, 'symbols' | 'channels'>,
    latest: (symbol: string) => QuoteEvent | undefined,
    style: Style,
    isSimulated: boolean,
    now: () => number = Date.now,
  ) {
    this.#options = options
    this.#latest = latest
    this.#style = style
    this.#isSimulated = isSimulated
    this.#now = now
  }

  /** Takes an event. Returns the lines to put above the block. */
  add(event: LiveEvent): string[] {
    if ('simulated' in event && event.simulated === true) this.#isSimulated = true
    switch (event.type) {
      case 'quote.update':
        this.#movedAt = this.#now()
        return []
      case 'alert.triggered':
        return [`${this.#style('yellow', 'alert')}  ${describeAlert(event)}`]
      case 'news.published':
        return [`${this.#style('cyan', 'news')}   ${describeNews(event)}`]
      case 'gap':
        this.#gapAt = this.#now()
        return [`${this.#style('magenta', 'gap')}    ${describeGap(event)}`]
      case 'unknown':
        return []
    }
  }

  /**
   * Returns the lines of the block.
   *
   * @param columns the most columns of a line
   * @param rows the most lines
   */
  block(state: LiveState, columns: number, rows: number): string[] {
    const { symbols, channels } = this.#options
    const lines: Piece[][] = [[]]
    if (channels.includes('quotes')) {
      // The empty line, the headings and the state take the other three rows.
      const shown = symbols.slice(0, Math.max(1, rows - 3))
      lines.push(...this.#table(shown))
    }
    lines.push(this.#state(state))
    return lines.slice(-Math.max(1, rows)).map((line) => toLine(line, columns, this.#style))
  }

  #table(symbols: string[]): Piece[][] {
    const rows = symbols.map((symbol) => this.#row(symbol))
    const header = headings.map((text): Piece => ({ text, format: 'dim' }))
    const table = [header, ...rows]
    const widths = headings.map((_, column) =>
      // A wide cell must not move the others all the time.
      Math.max(column === 0 ? 6 : 9, ...table.map((row) => row[column]?.text.length ?? 0)),
    )
    return table.map((row) =>
      row.map(({ text, format }, column) => {
        const width = widths[column] ?? 0
        // Names are on the left, numbers on the right.
        return {
          text: column === 0 ? text.padEnd(width) : `  ${text.padStart(width)}`,
          format,
        }
      }),
    )
  }

  #row(symbol: string): Piece[] {
    const { price, change, changePct, timestamp } = this.#latest(symbol) ?? {}
    const format = typeof change !== 'number' || change === 0 ? [] : change > 0 ? 'green' : 'red'
    return [
      { text: oneLine(symbol), format: 'bold' },
      { text: amount(price), format: [] },
      { text: signed(change), format },
      { text: signed(changePct, '%'), format },
      { text: clockTime(timestamp), format: 'dim' },
    ]
  }

  #state(state: LiveState): Piece[] {
    const [text, format] = this.#describe(state)
    const simulated: Piece = { text: 'Simulated · ', format: 'yellow' }
    return [
      ...(this.#isSimulated ? [simulated] : []),
      { text, format },
      ...(state === 'closed' ? [] : [{ text: ' · Ctrl-C ends it', format: 'dim' as const }]),
    ]
  }

  #describe(state: LiveState): [text: string, format: Piece['format']] {
    if (state === 'connecting') return ['connecting', 'dim']
    if (state === 'reconnecting') return ['reconnecting', 'red']
    if (state === 'closed') return ['ended', 'dim']
    if (this.#now() - this.#gapAt < gapTime) return ['gap: events may be missing', 'magenta']
    if (this.#movedAt !== undefined && this.#now() - this.#movedAt >= quietTime) {
      const since = clockTime(this.#movedAt)
      return [`no new quote since ${since}: the market may be closed`, 'yellow']
    }
    return ['live', 'green']
  }
}
