import process from 'node:process'
import { setTimeout } from 'node:timers/promises'
import type { LiveFeed } from '@vectrade/node'
import { connectLive } from '../connect.ts'
import type { Interruption } from '../interruption.ts'
import { jsonLine } from '../json-view.ts'
import type { Output } from '../output.ts'
import { LiveBoard } from './live-board.ts'
import type { LiveDemoOptions } from './live-options.ts'
import { LiveScreen } from './live-screen.ts'

/** The time between two drawings, in ms. People cannot read faster. */
const drawingInterval = 100

/** Follows symbols until the feed ends. Shows a table on a terminal, and lines of JSON otherwise. */
export async function followLive(
  options: LiveDemoOptions,
  output: Output,
  { signal }: Interruption,
): Promise<void> {
  const { symbols, channels } = options
  const hasTable = output.terminal && !options.json
  await using connection = await connectLive(options)
  // A table shows only the newest quote of a symbol. A pipe gets all of them, at the pace of its reader.
  const feed = connection.client.live.subscribe(
    { symbols, channels },
    { signal, delivery: hasTable ? 'latest' : 'every' },
  )
  for (const notice of connection.notices) output.notice(notice)
  if (hasTable) {
    const isSimulated = options.liveURL === undefined
    const latest = feed.latest.bind(feed)
    await showBoard(feed, new LiveBoard(options, latest, output.style, isSimulated), output)
  } else {
    for await (const event of feed) await output.write(jsonLine(event))
  }
  output.notice('The server has ended the feed.')
}

/** Shows a feed until it ends. The last drawing stays on the screen. */
async function showBoard(feed: LiveFeed, board: LiveBoard, output: Output): Promise<void> {
  const { stdout } = process
  using screen = new LiveScreen(stdout)
  const draw = (): void =>
    screen.draw(board.block(feed.state, output.columns(), (stdout.rows || 24) - 1))
  const ending = new AbortController()
  const drawing = keepDrawing(draw, ending.signal)
  try {
    for await (const event of feed) screen.keep(board.add(event))
  } finally {
    ending.abort()
    await drawing
    draw()
  }
}

async function keepDrawing(draw: () => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    draw()
    await setTimeout(drawingInterval, undefined, { signal }).catch(() => {})
  }
}
