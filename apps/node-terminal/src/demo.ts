import process from 'node:process'
import { AnswerView } from './answer-view.ts'
import { connect } from './connect.ts'
import { explain } from './explain.ts'
import { Interruption } from './interruption.ts'
import { JsonView } from './json-view.ts'
import { followLive } from './live/follow-live.ts'
import { readLiveOptions } from './live/live-options.ts'
import { type DemoOptions, readOptions } from './options.ts'
import { Output } from './output.ts'
import { PlainPage } from './plain-page.ts'
import { readPrompt } from './prompt.ts'
import { Summary } from './summary.ts'
import { TerminalPage } from './terminal-page.ts'
import type { View } from './view.ts'

/** Runs the demo once with these arguments. Resolves with the exit code. Never rejects. */
export async function demo(argv: string[]): Promise<number> {
  const isLive = argv[0] === 'live'
  const interruption = new Interruption(isLive ? 0 : 130)
  const output = new Output(interruption)
  try {
    await (isLive ? live(argv.slice(1), output, interruption) : ask(argv, output, interruption))
  } catch (error) {
    // An answer that is ended half-way fails, but that is no error to report.
    if (interruption.exitCode === undefined) {
      output.error(explain(error, isLive ? 'live URL' : 'base URL'))
      return 1
    }
  }
  return interruption.exitCode ?? 0
}

async function live(argv: string[], output: Output, interruption: Interruption): Promise<void> {
  const options = readLiveOptions(argv, process.env)
  if (typeof options === 'string') return output.write(options)
  await followLive(options, output, interruption)
}

async function ask(argv: string[], output: Output, interruption: Interruption): Promise<void> {
  const options = readOptions(argv, process.env)
  if (typeof options === 'string') return output.write(options)
  await answer(options, output, interruption)
}

async function answer(
  options: DemoOptions,
  output: Output,
  interruption: Interruption,
): Promise<void> {
  const { signal } = interruption
  const question = await readPrompt(options.words, process.stdin, signal)
  await using connection = await connect(options, () => output.wait('Still trying'))
  const { symbols } = options
  // If there is no key, this throws at once, before anything is shown.
  const stream = connection.client.ai.stream({ prompt: question.prompt, symbols }, { signal })
  for (const notice of connection.notices) output.notice(notice)
  if (!options.json) output.question(question)

  const view = createView(options, output)
  const summary = new Summary()
  if (!options.json) output.wait('Thinking')
  try {
    for await (const event of stream) {
      summary.add(event)
      await output.write(view.show(event))
    }
  } finally {
    // However the answer ends, the text that had arrived stays readable, with its sources.
    if (interruption.readerIsThere) await output.write(view.end())
    if (interruption.byUser) output.stopped()
  }
  if (!options.json) output.summary(summary.toString())
}

function createView({ json }: DemoOptions, { style, terminal, columns }: Output): View {
  if (json) return new JsonView()
  return new AnswerView(terminal ? new TerminalPage(style, columns) : new PlainPage(style), style)
}
