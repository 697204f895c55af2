import process from 'node:process'
import { expect, test } from 'vitest'
import { screenOf } from '../test-support/screen.ts'
import { LiveScreen } from './live-screen.ts'

function terminalOf(columns: number) {
  const terminal = {
    columns,
    written: [] as string[],
    write: (text: string) => terminal.written.push(text),
    lines: () => screenOf(terminal.written.join('')),
  }
  return terminal
}

test('a block takes the place of the one before it, and lines above it stay', () => {
  const terminal = terminalOf(40)
  using screen = new LiveScreen(terminal)
  screen.draw(['NVDA 180', 'AMD 150', 'live'])
  screen.keep(['news: a line', 'news: another one'])
  screen.draw(['NVDA 9', 'live'])
  expect(terminal.lines()).toEqual(['news: a line', 'news: another one', 'NVDA 9', 'live', ''])
  screen.keep(['alert'])
  screen.draw(['NVDA 9', 'live'])
  expect(terminal.lines().slice(1)).toEqual(['news: another one', 'alert', 'NVDA 9', 'live', ''])
})

test('the same block is not written again', () => {
  const terminal = terminalOf(40)
  using screen = new LiveScreen(terminal)
  screen.draw(['NVDA 180'])
  const count = terminal.written.length
  screen.draw(['NVDA 180'])
  expect(terminal.written).toHaveLength(count)
})

test('in a window that has become narrower, the rows of the wrapped lines are replaced too', () => {
  const terminal = terminalOf(40)
  using screen = new LiveScreen(terminal)
  screen.draw(['x'.repeat(30), '\u001b[32mlive\u001b[39m'])
  terminal.columns = 10
  screen.draw(['short', 'live'])
  expect(terminal.written.at(-1)).toBe('\r\u001b[4Ashort\u001b[K\nlive\u001b[K\n\u001b[J')
})

test('the cursor is hidden, and shown again at the end, also at that of the process', () => {
  const terminal = terminalOf(40)
  const listeners = process.listenerCount('exit')
  const screen = new LiveScreen(terminal)
  expect(terminal.written).toEqual(['\u001b[?25l'])
  const [onExit] = process.listeners('exit').slice(-1)
  onExit?.(0)
  expect(terminal.written).toEqual(['\u001b[?25l', '\u001b[?25h'])
  screen[Symbol.dispose]()
  expect(terminal.written.at(-1)).toBe('\u001b[?25h')
  expect(process.listenerCount('exit')).toBe(listeners)
})

test('on a terminal that does not tell its size, a block takes the place of the one before it', () => {
  const terminal = terminalOf(0)
  using screen = new LiveScreen(terminal)
  screen.draw(['NVDA 180', 'live'])
  screen.draw(['NVDA 9', 'live'])
  expect(terminal.lines()).toEqual(['NVDA 9', 'live', ''])
})
