import {
  type AnalysisStream,
  type BrowserOptions,
  type StreamEvent,
  VecTrade,
  VecTradeError,
} from '../index.ts'

/** What a page, or its worker, is to do; by way of JSON. */
export interface Task {
  does: 'events' | 'text' | 'analyze' | 'break' | 'cancel' | 'abort' | 'close' | 'hold' | 'rest'
  options: BrowserOptions
  prompt: string
}

/** What came of it. */
export interface Told {
  events?: StreamEvent[]
  text?: string
  error?: Problem
}

/** An error, as it goes by JSON. */
export interface Problem {
  name: string
  json: unknown
  isOne: boolean
  partial: unknown
}

type Deed = (client: VecTrade, prompt: string) => Promise<Told>

const deeds: Record<Task['does'], Deed> = {
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

/** What `hold` leaves being read, for `rest`. */
let held: Promise<void>

/** Reads until there is text, and goes on reading. */
async function firstText(
  stream: AnalysisStream,
): Promise<{ event: StreamEvent; rest: Promise<void> }> {
  const iterator = stream[Symbol.asyncIterator]()
  for (;;) {
    const { value: event, done } = await iterator.next()
    if (done) throw new Error('It ended without text')
    if (event.type === 'text') return { event, rest: readOut(iterator) }
  }
}

async function readOut(iterator: AsyncIterator<StreamEvent>): Promise<void> {
  let done
  do ({ done } = await iterator.next())
  while (!done)
}

export async function perform({ does, options, prompt }: Task): Promise<Told> {
  try {
    return await deeds[does](new VecTrade(options), prompt)
  } catch (error) {
    return { error: problemOf(error) }
  }
}

export function problemOf(error: unknown): Problem {
  if (!(error instanceof Error)) throw error
  const isOne = VecTradeError.isInstance(error)
  return { name: error.name, json: error, isOne, partial: isOne ? error.partial : undefined }
}
