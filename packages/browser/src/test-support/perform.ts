import {
  type AnalysisStream,
  type BrowserOptions,
  type StreamEvent,
  VecTrade,
  VecTradeError,
} from '../index.ts'

/** A task for a page or its worker. Sent as JSON. */
export interface Task {
  does: 'events' | 'text' | 'analyze' | 'break' | 'cancel' | 'abort' | 'close' | 'hold' | 'rest'
  options: BrowserOptions
  prompt: string
}

/** The result of a task. */
export interface TaskResult {
  events?: StreamEvent[]
  text?: string
  error?: ErrorJson
}

/** An error as JSON. */
export interface ErrorJson {
  name: string
  json: unknown
  isVecTradeError: boolean
  partial: unknown
}

type TaskFunction = (client: VecTrade, prompt: string) => Promise<TaskResult>

const taskFunctions: Record<Task['does'], TaskFunction> = {
  events: async (client, prompt) => {
    const events = []
    for await (const event of client.ai.stream(prompt)) events.push(event)
    return { events }
  },
  text: async (client, prompt) => ({ text: await client.ai.stream(prompt).finalText() }),
  analyze: async (client, prompt) => ({ text: (await client.ai.analyze(prompt)).text }),
  break: async (client, prompt) => {
    for await (const event of client.ai.stream(prompt)) {
      if (event.type === 'text') return { events: [event] }
    }
    return {}
  },
  cancel: async (client, prompt) => {
    const stream = client.ai.stream(prompt)
    const { event } = await firstText(stream)
    await stream.cancel()
    return { events: [event] }
  },
  abort: async (client, prompt) => {
    const controller = new AbortController()
    const stream = client.ai.stream(prompt, { signal: controller.signal })
    const { rest } = await firstText(stream)
    controller.abort()
    await rest
    return {}
  },
  close: async (client, prompt) => {
    const { rest } = await firstText(client.ai.stream(prompt))
    client.close()
    await rest
    return {}
  },
  hold: async (client, prompt) => {
    const { event, rest } = await firstText(client.ai.stream(prompt))
    held = rest
    return { events: [event] }
  },
  rest: async () => {
    await held
    return {}
  },
}

/** The stream that `hold` keeps reading. `rest` waits for its end. */
let held: Promise<void>

/** Returns the first text event, and continues to read in the background. */
async function firstText(
  stream: AnalysisStream,
): Promise<{ event: StreamEvent; rest: Promise<void> }> {
  const iterator = stream[Symbol.asyncIterator]()
  for (;;) {
    const { value: event, done } = await iterator.next()
    if (done) throw new Error('The stream ended without text')
    if (event.type === 'text') return { event, rest: readOut(iterator) }
  }
}

async function readOut(iterator: AsyncIterator<StreamEvent>): Promise<void> {
  let done
  do ({ done } = await iterator.next())
  while (!done)
}

export async function perform({ does, options, prompt }: Task): Promise<TaskResult> {
  try {
    return await taskFunctions[does](new VecTrade(options), prompt)
  } catch (error) {
    return { error: errorToJson(error) }
  }
}

export function errorToJson(error: unknown): ErrorJson {
  if (!(error instanceof Error)) throw error
  const isVecTradeError = VecTradeError.isInstance(error)
  return {
    name: error.name,
    json: error,
    isVecTradeError,
    partial: isVecTradeError ? error.partial : undefined,
  }
}
