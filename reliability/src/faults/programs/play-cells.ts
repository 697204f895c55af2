// Runs inside every runtime. Asks the parent for one cell after another, and reports the outcomes.
import {
  type TimeoutError,
  type VecTrade,
  VecTradeError,
  type VecTradeOptions,
} from '@vectrade/core'
import type { Mode } from '../answer-form.ts'
import { LoopDelay } from '../../loop-delay.ts'

/** One cell, as the parent hands it out. */
export interface Task {
  id: number
  mode: Mode
  options: VecTradeOptions
  /** ms: the longest waits that the limits allow, until there are headers and after that. */
  waits: { headers: number; body: number }
  calls: number
  slowly: boolean
}

/** The outcome of a cell. */
export interface Report {
  id: number
  /** `complete`, an error's name, `hang`, or another outcome that should not happen. */
  outcome: string
  text: string
  message: string
  /** ms since the last sign of life: the call, headers or an event. */
  quiet: number
  /** ms that it may have been. */
  wait: number
  /** The part of `quiet`, in ms, in which this process could not run. */
  late: number
}

/** The functions that a runtime supplies. */
export interface Host {
  createClient: (options: VecTradeOptions) => VecTrade
  /** Calls back with unhandled rejections. */
  onUnhandled: (listener: (what: unknown) => void) => void
  /** ms of the processor that the program's thread has used. Default: not known. */
  processor?: () => number
}

const prompt = "What's the bull case for NVDA?"

/** Measures how long nothing has come, and for how much of that time this process could not run. */
class Quiet {
  /** ms that it may be. */
  wait: number
  readonly #delay: LoopDelay
  #since = performance.now()
  #lateThen: number

  constructor(wait: number, delay: LoopDelay) {
    this.wait = wait
    this.#delay = delay
    this.#lateThen = delay.total
  }

  get ms(): number {
    return performance.now() - this.#since
  }

  get late(): number {
    return this.#delay.total - this.#lateThen
  }

  /** Records a sign of life. */
  end(): void {
    this.#since = performance.now()
    this.#lateThen = this.#delay.total
  }
}

/** @param control the URL at which the parent listens */
export async function playCells(
  control: string,
  workers: number,
  { createClient, onUnhandled, processor = () => 0 }: Host,
): Promise<void> {
  const watching = new Set<() => void>()
  const delay = new LoopDelay(processor, () => {
    for (const look of watching) look()
  })
  const tell = async (path: string, body: unknown = {}): Promise<unknown> => {
    const response = await fetch(control + path, { method: 'POST', body: JSON.stringify(body) })
    return await response.json()
  }
  const work = async (): Promise<void> => {
    for (;;) {
      const task = (await tell('/next')) as Task | null
      if (task === null) return
      const client = createClient(task.options)
      const quiet = new Quiet(task.waits.headers, delay)
      const hang = new Promise<Partial<Report>>((resolve) => {
        const look = (): void => {
          if (quiet.ms <= quiet.wait + 1_000 + quiet.late) return
          watching.delete(look)
          resolve({ outcome: 'hang' })
        }
        watching.add(look)
      })
      const ended = await Promise.race([play(client, task, quiet), hang])
      const { ms, wait, late } = quiet
      await tell('/report', { id: task.id, text: '', message: '', quiet: ms, wait, late, ...ended })
      client.close()
    }
  }
  onUnhandled((what) => void tell('/unhandled', { what: String((what as Error)?.stack ?? what) }))

  await Promise.all(Array.from({ length: workers }, work))
  // The parent answers when every socket is closed or has been open for too long.
  await tell('/sockets')
  delay.stop()
  await tell('/end')
}

async function play(client: VecTrade, task: Task, quiet: Quiet): Promise<Partial<Report>> {
  let call = 1
  let text = ''
  try {
    for (; call < task.calls; call += 1) await client.ai.stream(prompt).finalText()
    quiet.end()
    if (task.mode === 'analyze') {
      return { outcome: 'complete', text: (await client.ai.analyze(prompt)).text }
    }
    const stream = client.ai.stream(prompt)
    stream.response.then(
      () => {
        quiet.end()
        quiet.wait = task.waits.body
      },
      () => {},
    )
    let events = 0
    for await (const event of stream) {
      text += event.content
      events += 1
      if (task.slowly && events % 50 === 1) await new Promise((resolve) => setTimeout(resolve, 20))
      quiet.end()
    }
    return { outcome: 'complete', text }
  } catch (error) {
    const at = call < task.calls ? `call ${call}: ` : ''
    if (!VecTradeError.isInstance(error)) return { outcome: `${at}untyped ${String(error)}`, text }
    const phase = error.code === 'timeout' ? ` (${(error as TimeoutError).phase})` : ''
    const isSame = (error.partial?.text ?? '') === text
    const outcome = `${at}${error.name}${phase}${isSame ? '' : ' with another partial answer'}`
    return { outcome, text, message: error.message }
  }
}
