import type { LiveEvent, QuoteEvent } from '@vectrade/node'
import { describe, expect, test } from 'vitest'
import { LiveBoard } from './live-board.ts'
import { clockTime } from './live-numbers.ts'

const noon = new Date(2026, 0, 14, 12, 0, 0)
const nasty = '\u001b[2J\u0007\r\n\u202e'

let now = noon.getTime()

function boardOf(
  symbols: string[],
  { channels = ['quotes' as const], quotes = [] as QuoteEvent[] } = {},
): LiveBoard {
  now = noon.getTime()
  return new LiveBoard(
    { symbols, channels },
    (symbol) => quotes.find((each) => each.symbol === symbol),
    (_format, text) => text,
    false,
    () => now,
  )
}

function quote(symbol: string, values: Partial<QuoteEvent> = {}): QuoteEvent {
  return { type: 'quote.update', symbol, price: 180.5, timestamp: noon.toISOString(), ...values }
}

test('the newest quote of each symbol, in the order of the command line', () => {
  const quotes = [
    quote('AMD', { price: 1234.5, change: -1.25, changePct: -0.1 }),
    quote('NVDA', { change: 0.5, changePct: 0.28 }),
  ]
  const board = boardOf(['NVDA', 'BRK.B', 'AMD'], { quotes })
  expect(board.block('live', 80, 24)).toEqual([
    '',
    'Symbol      Price     Change   Change %       Time',
    'NVDA       180.50      +0.50     +0.28%   12:00:00',
    'BRK.B           –          –          –          –',
    'AMD      1,234.50      −1.25     −0.10%   12:00:00',
    'live · Ctrl-C ends it',
  ])
})

test('the price of a cheap coin has its digits', () => {
  const board = boardOf(['SHIB'], { quotes: [quote('SHIB', { price: 0.000_012_345 })] })
  expect(board.block('live', 80, 24)[2]).toContain(' 0.00001234 ')
})

test('values of a wrong type are missing', () => {
  const quotes = [quote('NVDA', { change: '\u001b[2J', timestamp: nasty } as object)]
  const board = boardOf(['NVDA'], { quotes })
  expect(board.block('live', 80, 24)[2]).toBe('NVDA       180.50          –          –          –')
})

test('lines do not get longer than the window, and there are no more than its rows', () => {
  const symbols = Array.from({ length: 50 }, (_, index) => `SYM${index}`)
  const board = boardOf(symbols)
  for (const [columns, rows] of [
    [79, 23],
    [30, 10],
    [5, 3],
    [1, 1],
  ] as const) {
    const block = board.block('live', columns, rows)
    expect(block.length).toBeLessThanOrEqual(rows)
    expect(block.filter((line) => line.length > columns)).toEqual([])
    expect('live · Ctrl-C ends it'.startsWith(block.at(-1) ?? '?')).toBe(true)
  }
})

test('without quotes there is no table', () => {
  const board = boardOf(['NVDA'], { channels: ['news' as 'quotes'] })
  expect(board.block('live', 80, 24)).toEqual(['', 'live · Ctrl-C ends it'])
})

describe('the state', () => {
  const stateOf = (board: LiveBoard, state: Parameters<LiveBoard['block']>[0] = 'live') =>
    board.block(state, 80, 24).at(-1)

  test('is that of the connection', () => {
    const board = boardOf(['NVDA'])
    expect(stateOf(board, 'connecting')).toBe('connecting · Ctrl-C ends it')
    expect(stateOf(board, 'reconnecting')).toBe('reconnecting · Ctrl-C ends it')
    expect(stateOf(board, 'closed')).toBe('ended')
  })

  test('says that the market may be closed when no quote comes for long', () => {
    const board = boardOf(['NVDA'])
    board.add(quote('NVDA'))
    now += 9_000
    board.add({ type: 'unknown', content: '', wireType: 'heartbeat', data: {} })
    expect(stateOf(board)).toBe('live · Ctrl-C ends it')
    now += 1_000
    expect(stateOf(board)).toBe(
      'no new quote since 12:00:00: the market may be closed · Ctrl-C ends it',
    )
    board.add(quote('NVDA'))
    expect(stateOf(board)).toBe('live · Ctrl-C ends it')
  })

  test('shows a gap for some seconds', () => {
    const board = boardOf(['NVDA'])
    board.add({ type: 'gap', reason: 'upstream' })
    expect(stateOf(board)).toBe('gap: events may be missing · Ctrl-C ends it')
    now += 5_000
    expect(stateOf(board)).toBe('live · Ctrl-C ends it')
  })

  test('says that the data is simulated as soon as an event does', () => {
    const board = boardOf(['NVDA'])
    board.add({ ...quote('NVDA'), simulated: true } as LiveEvent)
    expect(stateOf(board)).toBe('Simulated · live · Ctrl-C ends it')
  })
})

test('alerts, news and gaps are lines, without control characters', () => {
  const board = boardOf(['NVDA'])
  const time = noon.toISOString()
  const alert = { type: 'alert.triggered', id: '1', symbol: 'NVDA', price: 180.5 } as const
  const events: LiveEvent[] = [
    { ...alert, condition: { operator: 'crosses_above', threshold: 180 }, triggeredAt: time },
    { ...alert, condition: { operator: 'pct_change_below', threshold: -2 }, triggeredAt: time },
    { ...alert, symbol: nasty, condition: { operator: `x${nasty}y`, threshold: 1 } },
    {
      type: 'news.published',
      id: '2',
      title: `A${nasty}title`,
      symbols: ['NVDA', `AMD${nasty}`],
      source: `A${nasty}paper`,
      publishedAt: nasty,
    },
    { type: 'gap', reason: `slow${nasty}`, dropped: 12 },
  ]
  const at = clockTime(time)
  expect(events.flatMap((event) => board.add(event))).toEqual([
    `alert  ${at}  NVDA 180.50: crosses above 180.00`,
    `alert  ${at}  NVDA 180.50: change below −2.00%`,
    'alert  –  [2J 180.50: x[2J y 1.00',
    'news   –  NVDA AMD[2J: A[2J title (A[2J paper)',
    'gap    events may be missing (slow[2J, 12 dropped)',
  ])
})
