import process from 'node:process'
import { AnswerView } from './answer-view.ts'
import { connect } from './connect.ts'
import { explain } from './explain.ts'
import { Interruption } from './interruption.ts'
import { JsonView } from './json-view.ts'
import { type DemoOptions, readOptions } from './options.ts'
import { Output } from './output.ts'
import { PlainPage } from './plain-page.ts'
import { readPrompt } from './prompt.ts'
import { Summary } from './summary.ts'
import { TerminalPage } from './terminal-page.ts'
import type { View } from './view.ts'

/** Runs the demo once with these arguments. Resolves with the exit code. Never rejects. */
export async function demo(argv: string[]): Promise<number> {
  const interruption = new Interruption()
  const output = new Output(interruption)
  try {
    const request = readOptions(argv, process.env)
    if (typeof request === 'string') await output.write(request)
    else await answer(request, output, interruption)
  } catch (error) {
    // An answer that is ended half-way fails, but that is no error to report.
    if (interruption.exitCode === undefined) {
      output.error(explain(error))
      return 1
    }
  }
  return interruption.exitCode ?? 0
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
